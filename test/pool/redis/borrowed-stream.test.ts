import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { transactionOn } from '../../../pool/redis/borrowed-stream.ts';

const queued = '+OK\r\n+QUEUED\r\n+QUEUED\r\n';
const time = '*2\r\n$10\r\n1795345100\r\n$6\r\n123456\r\n';
const answer = (value: string): string => `${queued}*2\r\n$${Buffer.byteLength(value)}\r\n${value}\r\n${time}`;

/** What is written to it comes to whoever listens; what we send is swallowed. */
const stream = () => {
  const heard: string[] = [];
  const wire = new PassThrough();
  const asked: string[] = [];
  const push = wire.write.bind(wire);
  wire.write = ((text: string) => asked.push(text) > 0) as typeof wire.write;
  wire.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
  return { wire, heard, asked, says: (text: string | Buffer) => push(text) };
};
const never = new AbortController().signal;
const get = [['get', 'grün']];

test('asks all in one transaction, with lengths in bytes, and hears the answer alone', async () => {
  const { wire, heard, asked, says } = stream();
  const replies = transactionOn(wire, get, never);
  says(answer('ja ✓'));
  expect((await replies)?.[0]).toBe('ja ✓');
  expect(asked).toEqual([
    '*1\r\n$5\r\nmulti\r\n*2\r\n$3\r\nget\r\n$5\r\ngrün\r\n*1\r\n$4\r\ntime\r\n*1\r\n$4\r\nexec\r\n',
  ]);
  expect(heard).toEqual([]);
  says('after');
  await new Promise(setImmediate);
  expect(heard).toEqual(['after']);
});

test('puts together what comes byte by byte', async () => {
  const { wire, says } = stream();
  const replies = transactionOn(wire, get, never);
  for (const byte of Buffer.from(answer('ja ✓'))) {
    says(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  expect((await replies)?.[0]).toBe('ja ✓');
});

test('takes a value that looks like the end for no end', async () => {
  const { wire, says } = stream();
  const replies = transactionOn(wire, get, never);
  const value = `x${time}y`;
  const [before = '', after = ''] = answer(value).split('y');
  says(before);
  await new Promise(setImmediate);
  says(`y${after}`);
  expect((await replies)?.[0]).toBe(value);
});

test('makes nothing of a transaction that was refused', async () => {
  const { wire, says } = stream();
  const replies = transactionOn(wire, get, never);
  says('+OK\r\n-NOPERM no permissions\r\n+QUEUED\r\n-EXECABORT Transaction discarded\r\n');
  await expect(replies).resolves.toBeUndefined();
  expect(wire.destroyed).toBe(false);
});

test('ends the connection where nobody waits any longer, since its answer would be taken for another', async () => {
  const { wire, says } = stream();
  const end = new AbortController();
  const replies = transactionOn(wire, get, end.signal);
  says(queued);
  end.abort();
  await expect(replies).rejects.toThrow('nobody waits any longer');
  expect(wire.destroyed).toBe(true);
});

test('takes no more than 256 MiB, and ends the connection that has more to say', async () => {
  const { wire, says } = stream();
  const replies = transactionOn(wire, get, never);
  const failed = expect(replies).rejects.toThrow('the answer is longer than 268435456 bytes');
  const sixteenMiB = Buffer.alloc(16 * 1_048_576, 'x');
  for (let at = 0; at < 16; at += 1) says(sixteenMiB);
  await new Promise(setImmediate);
  expect(wire.destroyed).toBe(false);
  says('x');
  await failed;
  expect(wire.destroyed).toBe(true);
});

test('fails where the connection breaks, or is broken already', async () => {
  const { wire } = stream();
  const replies = transactionOn(wire, get, never);
  wire.destroy();
  await expect(replies).rejects.toThrow('the connection broke');
  await expect(transactionOn(wire, get, never)).rejects.toThrow('the connection broke');
});
