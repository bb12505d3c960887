import { randomInt } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { fuzzAnswers, fuzzRequests } from './run.ts';
import { readStrictly } from './strict.ts';

const cases = 20_000;
const seed = randomInt(1, 2 ** 30);

describe('what the fast path takes', () => {
  test(`is read alike by Node's server, in ${cases} streams of requests from seed ${seed}`, async () => {
    const { taken, violation } = await fuzzRequests(cases, seed, false);
    expect(violation).toBeUndefined();
    expect(taken).toBeGreaterThan(cases / 5);
  }, 300_000);

  // What Node's parser tells of a fault depends on how its bytes were cut: words, unlike framing, are held to known streams.
  test("is refused for the same reason by Node's server", async () => {
    const { refused, violation } = await fuzzRequests(cases / 4, 1, true);
    expect(violation).toBeUndefined();
    expect(refused).toBeGreaterThan(cases / 800);
  }, 300_000);

  test(`is read alike by Node's client, in ${cases} streams of answers from seed ${seed}`, async () => {
    const { taken, violation } = await fuzzAnswers(cases, seed);
    expect(violation).toBeUndefined();
    expect(taken).toBeGreaterThan(cases / 5);
  }, 300_000);
});

test.each([
  'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabc',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nX : b\r\n\r\n',
])('%j does not fit the grammar that both are held to', (text) => {
  expect(readStrictly(text, () => false)).toBeNull();
});
