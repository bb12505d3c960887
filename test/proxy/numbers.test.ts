import { expect, test } from '@jest/globals';
import { addNumbers, countersOf, numbersText, withCounters } from '../../proxy/numbers.ts';
import { numbersOf } from './workers/told.ts';

const lineOf = (text: string, start: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`doctor_monkey_proxy_${start} `))
      ?.split(' ')
      .at(-1),
  );

test('adds up counters, durations and what is in flight; the version is that of who is most behind', async () => {
  const text = await numbersText([await numbersOf(3, { a: 1, b: 2 }, 9), await numbersOf(4, { a: 5 }, 7)]);
  expect(lineOf(text, 'requests_total{code="2xx"}')).toBe(7);
  expect(lineOf(text, 'request_seconds_count')).toBe(7);
  expect(lineOf(text, 'request_seconds_bucket{le="0.005"}')).toBe(7);
  expect(lineOf(text, 'request_seconds_sum')).toBe(0.021);
  expect(lineOf(text, 'in_flight{node="a"}')).toBe(6);
  expect(lineOf(text, 'in_flight{node="b"}')).toBe(2);
  expect(lineOf(text, 'websockets')).toBe(2);
  expect(lineOf(text, 'pool_version')).toBe(7);
});

test('two workers with the same members have no more of them', async () => {
  const text = await numbersText([await numbersOf(1), await numbersOf(2)]);
  expect(lineOf(text, 'members{place="in"}')).toBe(2);
  expect(lineOf(text, 'members{place="out"}')).toBe(0.5);
});

test('of the dead the counters stay, and nothing else', async () => {
  const gone = await addNumbers([countersOf(await numbersOf(3, { a: 1 })), countersOf(await numbersOf(4, { a: 1 }))]);
  const text = await numbersText([await numbersOf(1, { a: 2 }), gone]);
  expect(lineOf(text, 'requests_total{code="2xx"}')).toBe(8);
  expect(lineOf(text, 'request_seconds_count')).toBe(8);
  expect(lineOf(text, 'in_flight{node="a"}')).toBe(2);
  expect(lineOf(text, 'pool_version')).toBe(1);
});

test('later counters replace those of before', async () => {
  const later = withCounters(await numbersOf(3, { a: 1 }), countersOf(await numbersOf(5)));
  const text = await numbersText([later]);
  expect(lineOf(text, 'requests_total{code="2xx"}')).toBe(5);
  expect(lineOf(text, 'in_flight{node="a"}')).toBe(1);
});
