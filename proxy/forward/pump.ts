import type { IncomingMessage, ServerResponse } from 'node:http';

export interface PumpHooks {
  /** Some of the body has come. */
  readonly onMove: () => void;
  /** All of the answer has come. */
  readonly onWhole: () => void;
  /** Nothing more comes, whole or not. */
  readonly onClose: () => void;
}

/** Passes the body of an answer on as it comes, and no faster than the client takes it. */
export const pump = (answer: IncomingMessage, res: ServerResponse, { onMove, onWhole, onClose }: PumpHooks): void => {
  let isMoving = false;
  answer.on('data', (chunk: Buffer) => {
    isMoving = true;
    onMove();
    if (!res.write(chunk)) answer.pause();
  });
  // Heard for as long as the answer lasts: of a large one nearly every piece waits for it.
  res.on('drain', () => answer.resume());
  answer.once('end', () => {
    if (answer.complete) onWhole();
  });
  answer.once('close', onClose);
  // Headers wait for the first of the body, to go out in one packet; where none came along, they go alone.
  process.nextTick(() => {
    if (!isMoving && !res.writableEnded && !res.destroyed) res.flushHeaders();
  });
};
