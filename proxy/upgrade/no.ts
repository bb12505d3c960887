import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { reset } from '../forward/reset.ts';
import { answerHeaders } from '../headers/answer.ts';

/** Passes on the answer of a node that does not switch protocols. The client's connection ends with it. */
export const passNo = (answer: IncomingMessage, client: Socket): void => {
  const { statusCode = 502, statusMessage, rawHeaders } = answer;
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage ?? STATUS_CODES[statusCode] ?? ''}`];
  const headers = answerHeaders(rawHeaders);
  for (let at = 0; at + 1 < headers.length; at += 2) lines.push(`${headers[at] ?? ''}: ${headers[at + 1] ?? ''}`);
  client.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`, 'latin1');
  // The end of the connection may be all that ends the answer: one that was cut must not look whole.
  answer.once('close', () => {
    if (!answer.complete) reset(client);
  });
  answer.on('error', () => undefined);
  answer.pipe(client);
};
