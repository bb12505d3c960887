import type { IncomingMessage } from 'node:http';

export interface UploadHooks {
  /** Some of it has come. */
  readonly onMove: () => void;
  readonly onWhole: () => void;
  /** More of it has come than a client may send; told with each further piece again. */
  readonly onTooLarge: () => void;
}

/** Follows the body of a request on its way in. Nothing is read here: it flows once somebody else lets it. */
export const watchUpload = (req: IncomingMessage, mostBytes: number, hooks: UploadHooks): void => {
  let bytes = 0;
  // Heard before whoever passes it on, so that nothing of what is too much gets to a node.
  req.prependListener('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) hooks.onTooLarge();
    else hooks.onMove();
  });
  req.once('end', hooks.onWhole);
};
