import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { endAfterBody } from '../../../proxy/forward/refuse.ts';

test('reads on what was being passed to a node: closed on unread bytes, the client would lose its answer', async () => {
  const req = new PassThrough();
  req.pipe(new Writable({ write: (_bytes, _encoding, done) => done() }));
  req.write('meow');
  await new Promise((resolve) => setImmediate(resolve));
  const wasReadToItsEnd = new Promise<boolean>((resolve) => {
    const res = { destroyed: false, end: () => resolve(req.readableEnded) };
    endAfterBody(req as unknown as IncomingMessage, res as unknown as ServerResponse);
  });
  req.end(Buffer.alloc(500_000));
  expect(await wasReadToItsEnd).toBe(true);
});
