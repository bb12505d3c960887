import { expect, test } from '@jest/globals';
import { OutOfTime, within } from '../../pool/within.ts';

const never = () => new Promise<never>(() => undefined);

test('settles as the work does', async () => {
  expect(await within({ deadlineMs: 10_000 }, async () => 'done')).toBe('done');
  await expect(within({ deadlineMs: 10_000 }, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('rejects at the deadline although the work takes no notice, and tells the work', async () => {
  let told: AbortSignal | undefined;
  const asked = within({ deadlineMs: 5 }, (signal) => {
    told = signal;
    return never();
  });
  await expect(asked).rejects.toMatchObject({ code: 'deadline-passed', message: 'no answer within 5 ms' });
  expect(told?.aborted).toBe(true);
});

test('rejects when the caller stops', async () => {
  const stop = new AbortController();
  const asked = within({ deadlineMs: 60_000, signal: stop.signal }, never);
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: 'stopped' });
});

test('begins nothing for a caller who has stopped already', async () => {
  let begun = false;
  const work = async () => {
    begun = true;
  };
  await expect(within({ deadlineMs: 60_000, signal: AbortSignal.abort() }, work)).rejects.toBeInstanceOf(OutOfTime);
  expect(begun).toBe(false);
});

test('leaves nothing behind on a signal that lives long', async () => {
  const stop = new AbortController();
  let listening = 0;
  const signal = Object.create(stop.signal, {
    aborted: { get: () => false },
    addEventListener: { value: () => (listening += 1) },
    removeEventListener: { value: () => (listening -= 1) },
  }) as AbortSignal;
  for (let call = 0; call < 3; call += 1) await within({ deadlineMs: 60_000, signal }, async () => undefined);
  expect(listening).toBe(0);
});
