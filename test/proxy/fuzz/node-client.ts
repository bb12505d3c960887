/** How Node's own client reads an answer: what the fast path is held against. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Duplex } from 'node:stream';
import { turns } from './turns.ts';

export interface HeardAnswer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  body: string;
  isWhole: boolean;
  /** The connection may carry another request. */
  readonly keepsAlive: boolean;
}

class Packets extends Duplex {
  override _read(): void {
    // What is read comes by push.
  }
  override _write(_bytes: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

/** @param isClosed the node closes after the last packet */
export const heardFromNode = async (
  packets: readonly Buffer[],
  isToHead: boolean,
  isClosed: boolean,
): Promise<{ readonly answer: HeardAnswer | undefined; readonly error: string | undefined }> => {
  const socket = new Packets();
  let answer: HeardAnswer | undefined;
  let error: string | undefined;
  const asked: ClientRequest = request({
    method: isToHead ? 'HEAD' : 'GET',
    createConnection: () => socket,
    headers: { connection: 'keep-alive' },
  });
  asked.on('error', (problem) => {
    error ??= String(Reflect.get(problem, 'code'));
  });
  asked.on('response', (message: IncomingMessage) => {
    const { statusCode: status = 0, rawHeaders } = message;
    const heard: HeardAnswer = { status, rawHeaders, body: '', isWhole: false, keepsAlive: asked.shouldKeepAlive };
    answer = heard;
    message.on('data', (bytes: Buffer) => {
      heard.body += bytes.toString('latin1');
    });
    message.on('end', () => {
      heard.isWhole = message.complete;
    });
    message.on('error', () => undefined);
  });
  asked.on('upgrade', () => {
    error ??= 'upgraded';
  });
  asked.end();
  await turns(2);
  for (const packet of packets) socket.push(packet);
  if (isClosed) socket.push(null);
  await turns(3);
  socket.destroy();
  asked.destroy();
  return { answer, error };
};
