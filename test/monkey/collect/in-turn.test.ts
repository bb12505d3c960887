import { describe, expect, test } from '@jest/globals';
import { newInTurn } from '../../../monkey/collect/in-turn.ts';
import type { Sent } from '../../../monkey/collect/metric-sink.ts';

/** A sink that sends when it is told to. */
const heldSink = () => {
  const batches: (readonly string[])[] = [];
  const ends: (() => void)[] = [];
  const send = (lines: readonly string[]): Promise<Sent> => {
    batches.push(lines);
    return new Promise((resolve) => {
      ends.push(() => resolve({ lines: lines.length, datagrams: 1, failedLines: 0, tooLong: 0, because: null }));
    });
  };
  const end = async (): Promise<void> => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { sink: { send }, batches, end };
};

/** Of an item that is empty nothing is sent. */
const lines = (items: readonly string[]): readonly string[] => items.filter((item) => item !== '');

const signal = new AbortController().signal;

describe('lines of many hosts', () => {
  test('go out one batch at a time, and what came meanwhile goes together', async () => {
    const { sink, batches, end } = heldSink();
    const { put, taken } = newInTurn(sink, lines, signal);
    const done: string[] = [];
    for (const line of ['a', 'b', 'c']) {
      void put(line).then(() => done.push(line));
      await new Promise(setImmediate);
    }
    expect([batches, done]).toEqual([[['a']], []]);
    await end();
    expect([batches, done]).toEqual([[['a'], ['b', 'c']], ['a']]);
    await end();
    expect(done).toEqual(['a', 'b', 'c']);
    expect(taken()).toEqual({ lines: 3, datagrams: 2, failedLines: 0, tooLong: 0, because: null });
    expect(taken().lines).toBe(0);
  });

  test('that were all brought at once go together', async () => {
    const { sink, batches, end } = heldSink();
    const { put } = newInTurn(sink, lines, signal);
    const all = Promise.all([put('a'), put('b'), put('')]);
    await new Promise(setImmediate);
    await end();
    await all;
    expect(batches).toEqual([['a', 'b']]);
  });
});
