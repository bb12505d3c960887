import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { Movement } from '../../../proxy/fast/movement.ts';

test('a slow reader moves as long as it takes a part of one large write, and not when it takes nothing', async () => {
  const server = createServer({ highWaterMark: 65_536 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  const writer = await accepted;
  writer.on('error', () => undefined);
  const movement = new Movement();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const comesToRest = async (): Promise<void> => {
    for (let still = 0; still < 200; await turn()) still = movement.hasMoved(writer) ? 0 : still + 1;
  };
  writer.write(Buffer.alloc(1 << 26));
  await comesToRest();
  const before = writer.writableLength;
  expect(movement.hasMoved(writer)).toBe(false);
  for (let read = 0; read < 1 << 23; ) {
    const piece: Buffer | null = reader.read();
    if (piece === null) await new Promise((resolve) => reader.once('readable', resolve));
    else read += piece.length;
  }
  while (!movement.hasMoved(writer)) await turn();
  expect(writer.writableLength).toBe(before);
  reader.destroy();
  writer.destroy();
  await new Promise((resolve) => server.close(resolve));
});
