import { STATUS_CODES } from 'node:http';
import { type Refusal, refusalFor } from '../forward/failure.ts';
import { reasons } from '../headers/reasons.ts';
import { badRequest, extensionsTooLarge, headersTooLarge, late } from '../unreadable-reason.ts';

export const overloaded: Refusal = { status: 503, error: 'overloaded', because: 'too many requests are in flight' };
export const loop: Refusal = { status: 508, error: 'loop', because: 'the request has been here before' };
export const tooLarge: Refusal = refusalFor('body-too-large');
export const lateHead: Refusal = late(reasons.headersLate);
export const halfAHead: Refusal = badRequest(reasons.halfAHead);

/** @param why what a scanner of chunks has found wrong */
export const badChunks = (why: string): Refusal => {
  if (why === reasons.chunkExtensionsTooLarge) return extensionsTooLarge;
  return why === reasons.trailersTooLarge ? headersTooLarge(why) : badRequest(why);
};

/** A refusal as it stands on the wire. `lastLines`: what every answer of ours says, and the empty line. */
export const refusalText = ({ status, error, because }: Refusal, lastLines: string, isToHead: boolean): string => {
  const body = `${JSON.stringify({ error, because })}\n`;
  const later = status === 503 ? 'retry-after: 1\r\n' : '';
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\ncontent-type: application/json\r\n`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n${later}${lastLines}${isToHead ? '' : body}`;
};
