import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { expect, jest, test } from '@jest/globals';
import type { FastParts } from '../../../proxy/fast/parts.ts';
import type { Sweep } from '../../../proxy/fast/sweep.ts';
import { Try } from '../../../proxy/fast/try.ts';
import { Upload } from '../../../proxy/fast/upload.ts';
import type { Routed } from '../../../proxy/routed-pool.ts';
import type { Choice } from '../../../proxy/table.ts';

test('the time to answer begins when the node has taken the whole body, not when we have it', async () => {
  let take = (): void => undefined;
  const socket = new Writable({
    write: (_bytes, _encoding, done) => {
      take = done;
    },
  });
  const tried = jest.fn();
  const request = { head: 'POST / HTTP/1.1\r\n\r\n', isSafe: false, isToHead: false, firstByteMs: 100 };
  const upload = new Upload();
  upload.begin(20_000, false);
  upload.take(Buffer.alloc(20_000), 0, 20_000);
  const parts = { limits: { connectMs: 1_000, idleMs: 1_000 } } as unknown as FastParts;
  const sweep = { deadline: (ms: number) => ms } as unknown as Sweep;
  const client = { pause: () => undefined, resume: () => undefined } as unknown as Socket;
  const one = new Try(client, { ...request, tried, lastLines: () => '\r\n' }, upload, parts, sweep);
  const connections = { takeRecent: () => undefined, dial: () => ({ socket, destroy: () => socket.destroy() }) };
  const pool = { table: { finished: () => undefined } } as unknown as Routed;
  one.start(pool, { upstream: { connections, isRetired: false } } as unknown as Choice, false);
  one.connected();
  one.look(500);
  expect(tried).not.toHaveBeenCalled();
  const drained = new Promise((resolve) => socket.once('drain', resolve));
  for (; socket.writableLength > 0; await new Promise((resolve) => setImmediate(resolve))) take();
  await drained;
  one.drained();
  one.look(500);
  expect(tried.mock.calls).toEqual([[{ kind: 'failed', because: 'first-byte-timeout', sent: true, reused: false }]]);
});
