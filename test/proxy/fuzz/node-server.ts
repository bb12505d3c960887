/** How Node's own server reads a stream of requests: what the fast path is held against. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import type { RawRequest } from '../../../proxy/headers/request.ts';
import { unreadableReason } from '../../../proxy/unreadable-reason.ts';
import { turns } from './turns.ts';

export interface HeardRequest {
  readonly raw: RawRequest;
  body: string;
  isWhole: boolean;
}

export interface Heard {
  readonly requests: HeardRequest[];
  error: string | undefined;
  /** What the slow path tells its client of that. */
  because: string | undefined;
}

class Packets extends Duplex {
  readonly heard: Heard = { requests: [], error: undefined, because: undefined };
  last: IncomingMessage | undefined;
  override _read(): void {
    // What is read comes by push.
  }
  override _write(_bytes: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

/** With the options of our slow path. */
export const nodeServer = (): Server => {
  const server = createServer({ maxHeaderSize: 16_384, requireHostHeader: false });
  server.maxHeadersCount = 0;
  const hear = (req: IncomingMessage): void => {
    const { method = '', url = '', httpVersion, rawHeaders } = req;
    const heard: HeardRequest = { raw: { method, target: url, httpVersion, rawHeaders }, body: '', isWhole: false };
    heardOn(req.socket)?.requests.push(heard);
    if (req.socket instanceof Packets) (req.socket as Packets).last = req;
    req.on('data', (bytes: Buffer) => {
      heard.body += bytes.toString('latin1');
    });
    req.on('end', () => {
      heard.isWhole = req.complete;
    });
    req.on('error', () => undefined);
  };
  for (const event of ['request', 'checkContinue', 'checkExpectation', 'upgrade', 'connect']) server.on(event, hear);
  server.on('clientError', (error, socket) => {
    const heard = heardOn(socket);
    // It is not closed yet: what was read before the error may still be on its way.
    if (heard === undefined || heard.error !== undefined) return;
    heard.error = String(Reflect.get(error, 'code'));
    const last = socket instanceof Packets ? socket.last : undefined;
    const refusal = unreadableReason(error, last === undefined || last.complete ? 'head' : 'body');
    heard.because = typeof refusal === 'string' ? refusal : refusal.because;
  });
  return server;
};

const heardOn = (socket: Duplex): Heard | undefined => (socket instanceof Packets ? socket.heard : undefined);

export const heardByNode = async (server: Server, packets: readonly Buffer[]): Promise<Heard> => {
  const socket = new Packets();
  server.emit('connection', socket);
  for (const packet of packets) socket.push(packet);
  await turns(3);
  socket.on('error', () => undefined);
  socket.destroy();
  return socket.heard;
};
