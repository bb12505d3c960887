import { expect, jest, test } from '@jest/globals';
import { ifPlain } from '../../../proxy/fast/plain.ts';
import type { Routed } from '../../../proxy/routed-pool.ts';
import type { Choice } from '../../../proxy/table.ts';

const choiceOf = (url: string) => ({ upstream: { origin: new URL(url) } }) as unknown as Choice;
const pool = (finished: (choice: Choice) => void) => ({ table: { finished } }) as unknown as Routed;

test('a node that wants TLS is not asked in plain text, and does not count as asked', () => {
  const finished = jest.fn();
  const sealed = choiceOf('https://10.0.0.1');
  expect(ifPlain(pool(finished), sealed)).toBeUndefined();
  expect(finished.mock.calls).toEqual([[sealed, { kind: 'failed', because: 'retired', sent: false, reused: false }]]);
});

test('any other is asked', () => {
  const finished = jest.fn();
  const plain = choiceOf('http://10.0.0.1');
  expect([ifPlain(pool(finished), plain), ifPlain(pool(finished), undefined)]).toEqual([plain, undefined]);
  expect(finished).not.toHaveBeenCalled();
});
