import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Buffers } from '../../../proxy/fast/buffers.ts';
import { ClientInput } from '../../../proxy/fast/client-input.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

class Watched extends Buffers {
  readonly taken: Buffer[] = [];
  readonly given: Buffer[] = [];

  override take(): Buffer {
    const buffer = super.take();
    this.taken.push(buffer);
    return buffer;
  }

  override giveBack(buffer: Buffer): void {
    this.given.push(buffer);
    super.giveBack(buffer);
  }
}

const accepted = async () => {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const coming = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  const [socket] = await coming;
  const buffers = new Watched();
  const input = new ClientInput(socket, buffers);
  ends.push(() => {
    client.destroy();
    input.socket.destroy();
    server.close();
  });
  return { client, buffers, input };
};

const close = async ({ client, input }: Awaited<ReturnType<typeof accepted>>): Promise<void> => {
  const closed = once(input.socket, 'close');
  client.destroy();
  input.socket.destroy();
  await closed;
};

test('what a connection was read into is there for the next one once it is closed', async () => {
  const one = await accepted();
  await close(one);
  expect(one.buffers.given).toEqual(one.buffers.taken);
  expect(one.buffers.taken).toHaveLength(1);
});

test('a buffer in which a write still waits is not: it is left to the collector', async () => {
  const one = await accepted();
  const heard = new Promise<void>((resolve) => {
    one.input.listener = (bytes) => {
      one.input.lend(bytes.length);
      resolve();
    };
  });
  one.client.write('meow');
  await heard;
  await close(one);
  const [lent, last] = one.buffers.taken;
  expect(one.buffers.given).toHaveLength(1);
  expect(one.buffers.given[0]).toBe(last);
  expect(one.buffers.given[0]).not.toBe(lent);
});
