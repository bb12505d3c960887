import type { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { AnswerPump } from '../../../proxy/fast/answer-pump.ts';

test.each([
  ['a small piece of an answer is copied, so that its buffer is read into again', 1_000, false],
  ['a large one waits where it was read', 60_000, true],
])('%s', (_name, size, holds) => {
  const written: (string | Buffer)[] = [];
  const client = { write: (piece: string | Buffer) => written.push(piece), cork: () => 0, uncork: () => 0 };
  const pump = new AnswerPump(client as unknown as Socket, () => '\r\n');
  pump.begin(false);
  const head = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx');
  pump.received(head, head.length);
  const bytes = Buffer.alloc(size, 'a');
  pump.received(bytes, size);
  bytes.fill('b');
  expect([pump.heldBytes > 0, String(written.at(-1))]).toEqual([holds, (holds ? 'b' : 'a').repeat(size)]);
});
