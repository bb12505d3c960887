import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { inOneGo } from '../../../../monkey/collect/ssh/one-go.ts';

/** A connection to a server of this process, and all that comes there. */
const connected = async (use: (socket: Socket, came: () => string) => Promise<void>): Promise<void> => {
  const chunks: Buffer[] = [];
  const server = createServer((socket) => socket.on('data', (chunk) => chunks.push(chunk))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = inOneGo(connect((server.address() as AddressInfo).port, '127.0.0.1'));
  await once(socket, 'connect');
  try {
    await use(socket, () => Buffer.concat(chunks).toString());
  } finally {
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
};

test('pieces of one turn leave in one write, in their order, and later ones in another', () =>
  connected(async (socket, came) => {
    const writes: number[] = [];
    const writev = socket._writev?.bind(socket);
    socket._writev = (chunks, done) => {
      writes.push(chunks.length);
      writev?.(chunks, done);
    };
    for (const piece of ['a', 'b', 'c']) socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
    socket.write('d');
    await new Promise<void>((resolve) => socket.write('e', () => resolve()));
    socket.end('f');
    await once(socket, 'close');
    expect([came(), writes]).toEqual(['abcdef', [3, 2]]);
  }));

test('a write says that it was handed over, and when the other side should wait', () =>
  connected(async (socket) => {
    expect(socket.write('x')).toBe(true);
    expect(socket.write(Buffer.alloc(1 << 20))).toBe(false);
    await once(socket, 'drain');
    expect(socket.writableCorked).toBe(0);
  }));
