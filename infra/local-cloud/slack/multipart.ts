/** A field of a multipart form; one with a file name is a file. */
export interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly content: Buffer;
}

/** The parts of a body in multipart/form-data (RFC 7578); none where it is malformed. */
export const partsIn = (contentType: string, body: Buffer): readonly Part[] => {
  const found = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) return [];
  // Latin-1 maps every byte to one character and back, so that nothing of a binary file is lost.
  const pieces = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`);
  // Before the first boundary nothing is said, and after the last one (`--`) neither.
  return pieces.slice(1, -1).flatMap(partIn);
};

const partIn = (piece: string): readonly Part[] => {
  const end = piece.indexOf('\r\n\r\n');
  if (end < 0) return [];
  const head = piece.slice(0, end);
  const name = /;\s*name="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) return [];
  const filename = /;\s*filename="([^"]*)"/i.exec(head)?.[1];
  return [{ name, filename, content: Buffer.from(piece.slice(end + 4), 'latin1') }];
};
