import { STATUS_CODES } from 'node:http';
import { type Refusal, refusalFor } from '../forward/failure.ts';

export const overloaded: Refusal = { status: 503, error: 'overloaded', because: 'too many requests are in flight' };
export const loop: Refusal = { status: 508, error: 'loop', because: 'the request has been here before' };
export const tooLarge: Refusal = refusalFor('body-too-large');
export const badChunks: Refusal = { status: 400, error: 'bad-request', because: 'the body is not in chunks' };

/** A refusal as it stands on the wire. `lastLines`: what every answer of ours says, and the empty line. */
export const refusalText = ({ status, error, because }: Refusal, lastLines: string, isToHead: boolean): string => {
  const body = `${JSON.stringify({ error, because })}\n`;
  const later = status === 503 ? 'retry-after: 1\r\n' : '';
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\ncontent-type: application/json\r\n`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n${later}${lastLines}${isToHead ? '' : body}`;
};
