/**
 * Follows the frames of a WebSocket (RFC 6455, 5.2) as they pass by, only to know where one ends: a close frame may
 * be put in there and nowhere else.
 */
export interface FrameWatch {
  readonly see: (chunk: Buffer) => void;
  /** Has every frame that began also ended? */
  readonly isBetweenFrames: () => boolean;
}

export const watchFrames = (): FrameWatch => {
  let header: number[] = [];
  let payloadLeft = 0;
  return {
    see: (chunk) => {
      for (let at = 0; at < chunk.length; ) {
        if (payloadLeft > 0) {
          const skipped = Math.min(payloadLeft, chunk.length - at);
          payloadLeft -= skipped;
          at += skipped;
          continue;
        }
        header.push(chunk[at] ?? 0);
        at += 1;
        if (header.length < headerLength(header)) continue;
        payloadLeft = payloadLength(header);
        header = [];
      }
    },
    isBetweenFrames: () => header.length === 0 && payloadLeft === 0,
  };
};

/** How long the header is, as far as its first bytes tell. */
const headerLength = ([, second]: readonly number[]): number => {
  if (second === undefined) return 2;
  const mask = (second & 0x80) === 0 ? 0 : 4;
  return 2 + lengthBytes(second) + mask;
};

const lengthBytes = (second: number): number => {
  const short = second & 0x7f;
  return short === 126 ? 2 : short === 127 ? 8 : 0;
};

const payloadLength = (header: readonly number[]): number => {
  const second = header[1] ?? 0;
  const extended = lengthBytes(second);
  if (extended === 0) return second & 0x7f;
  return header.slice(2, 2 + extended).reduce((length, byte) => length * 256 + byte, 0);
};

/** A server's close frame with a code and no words. */
export const closeFrame = (code: number): Buffer => Buffer.from([0x88, 2, code >> 8, code & 0xff]);

/** The endpoint goes away; clients come again, and find another node. */
export const goingAway = 1001;
