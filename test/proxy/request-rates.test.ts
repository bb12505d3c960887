import { expect, test } from '@jest/globals';
import { requestRates } from '../../proxy/request-rates.ts';
import { manualClock } from '../support/manual-clock.ts';

const start = (first: Readonly<Record<string, number>> = {}) => {
  const clock = manualClock();
  const sent = new Map(Object.entries(first));
  let asked = 0;
  const rates = requestRates(clock, () => {
    asked += 1;
    return new Map(sent);
  });
  return { clock, sent, rates, asked: () => asked };
};

test('says nothing before a second was counted', () => {
  const { clock, rates } = start();
  expect(rates()).toBeUndefined();
  clock.advance(999);
  expect(rates()).toBeUndefined();
});

test('counts from where it began, by node, and leaves out who got none', () => {
  const { clock, sent, rates } = start({ 'web-1': 500, 'web-2': 7 });
  clock.advance(2_000);
  sent.set('web-1', 530).set('web-3', 1);
  expect(rates()).toEqual({ 'web-1': 15, 'web-3': 0.5 });
});

test('forgets what is more than ten seconds ago', () => {
  const { clock, sent, rates } = start({ 'web-1': 0 });
  for (let second = 0; second < 5; second += 1) {
    clock.advance(1_000);
    sent.set('web-1', 100 * (second + 1));
    rates();
  }
  expect(rates()).toEqual({ 'web-1': 100 });
  for (let second = 0; second < 11; second += 1) {
    clock.advance(1_000);
    rates();
  }
  expect(rates()).toEqual({});
});

test('a node that left and came back counts anew', () => {
  const { clock, sent, rates } = start({ 'web-1': 900 });
  clock.advance(1_000);
  sent.set('web-1', 20);
  expect(rates()).toEqual({ 'web-1': 20 });
});

test('looks at the nodes once a second, however often it is asked', () => {
  const { clock, rates, asked } = start({ 'web-1': 1 });
  clock.advance(1_000);
  for (let ask = 0; ask < 100; ask += 1) rates();
  expect(asked()).toBe(2);
});

test('does not tell nodes apart where there are more than a thousand', () => {
  const { clock, sent, rates } = start();
  for (let node = 0; node < 1_001; node += 1) sent.set(`web-${node}`, 5);
  clock.advance(1_000);
  expect(rates()).toBeUndefined();
});
