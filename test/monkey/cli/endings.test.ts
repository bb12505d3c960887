import { PassThrough, Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { endWithStreams } from '../../../monkey/cli/endings.ts';

const failing = (code: string): NodeJS.WriteStream =>
  new Writable({
    write: (_piece, _encoding, done) => done(Object.assign(new Error(code), { code })),
  }) as unknown as NodeJS.WriteStream;

const ended = async (out: NodeJS.WriteStream, err: NodeJS.WriteStream, broken = out) => {
  const told: unknown[] = [];
  endWithStreams({ out, err }, { stop: (because) => told.push(because), exitWith: (exit) => told.push(exit) });
  const closed = new Promise((resolve) => broken.once('close', resolve));
  broken.write('an answer');
  await closed;
  return told;
};

test('ends with 3 and a sentence where stdout is full, and with no stack trace', async () => {
  const err = new PassThrough() as unknown as NodeJS.WriteStream;
  expect(await ended(failing('ENOSPC'), err)).toEqual([3, 'ENOSPC']);
  expect(String(err.read())).toBe("monkey: stdout can't be written: no space is left (ENOSPC)\n");
});

test('ends without a word where whoever reads has seen enough', async () => {
  const err = new PassThrough() as unknown as NodeJS.WriteStream;
  expect(await ended(failing('EPIPE'), err)).toEqual(['EPIPE']);
  expect(err.read()).toBeNull();
});

test('ends with 3 where stderr is full, which nobody can be told of', async () => {
  const out = new PassThrough() as unknown as NodeJS.WriteStream;
  const err = failing('ENOSPC');
  expect(await ended(out, err, err)).toEqual([3, 'ENOSPC']);
});
