import { expect, test } from '@jest/globals';
import { hottestOwn } from '../../../../monkey/doctor/evidence/hottest.ts';

const main = 'main /srv/app/main.ts:1:1';
const spin = 'runaway /srv/app/routes/spin.ts:12:3';
const meow = 'meow /srv/app/routes/meow.ts:4:1';
const library = 'stringify /srv/node_modules/json/index.js:9:1';

test('tells the three hottest own frames, each sample counted for the innermost of its stack', () => {
  const stacks = new Map([
    [`${main};${spin}`, 60],
    [`${main};${spin};${library};(garbage collector)`, 34],
    [`${main};${meow}`, 3],
    [main, 2],
    ['(program)', 1],
  ]);
  expect(hottestOwn(stacks, 'inspector')).toEqual([
    { share: 0.94, frame: 'runaway, app/routes/spin.ts:12' },
    { share: 0.03, frame: 'meow, app/routes/meow.ts:4' },
    { share: 0.02, frame: 'main, srv/app/main.ts:1' },
  ]);
});

test('says what each was when healthy, and 0 for what was not there', () => {
  const sick = new Map([
    [`${main};${spin}`, 3],
    [`${main};${meow}`, 1],
  ]);
  const healthy = new Map([
    [`${main};${meow}`, 5],
    ['(program)', 5],
  ]);
  expect(hottestOwn(sick, 'inspector', healthy).map(({ healthyShare }) => healthyShare)).toEqual([0, 0.5]);
});

test('of a profile without own code, or without samples, nothing is hot', () => {
  expect(hottestOwn(new Map([['(program)', 9]]), 'inspector')).toEqual([]);
  expect(hottestOwn(new Map(), 'perf')).toEqual([]);
});
