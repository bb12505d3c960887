import type { ClientRequest, ServerResponse } from 'node:http';
import { interimHead } from '../headers/answer.ts';

/** What a node may say before its answer; one that goes on so never comes to it. */
export const mostInterim = 32;

/**
 * Passes on what a node says before its answer (102, 103; RFC 9110, 15.2), to clients that know such things.
 *
 * @param onOdd called where there is no end of it, and where it speaks another protocol, which nobody has asked for
 */
export const passInterim = (request: ClientRequest, res: ServerResponse, onOdd: () => void): void => {
  request.once('upgrade', (_answer, socket) => {
    socket.destroy();
    onOdd();
  });
  let count = 0;
  request.on('information', ({ statusCode, statusMessage, rawHeaders }) => {
    count += 1;
    if (count === mostInterim + 1) onOdd();
    const isForClient = statusCode !== 100 && res.req.httpVersion === '1.1' && !res.headersSent;
    if (count <= mostInterim && isForClient)
      res.socket?.write(interimHead(statusCode, statusMessage, rawHeaders), 'latin1');
  });
};
