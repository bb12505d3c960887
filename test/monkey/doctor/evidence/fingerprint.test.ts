import { describe, expect, test } from '@jest/globals';
import { fingerprintOf } from '../../../../monkey/doctor/evidence/fingerprint.ts';

const main = 'main /srv/app/main.ts:1:1';
const spin = 'runaway /srv/app/routes/spin.ts:12:3';
const meow = 'meow /srv/app/routes/meow.ts:4:1';

const of = (stacks: Readonly<Record<string, number>>, by: 'inspector' | 'perf' = 'inspector') =>
  fingerprintOf({ stacks: new Map(Object.entries(stacks)), by, seconds: 5, hz: 99 });
const printOf = (...given: Parameters<typeof of>) => of(...given)?.print;

const looping = of({ [`${main};${spin}`]: 400, [`${main};${meow}`]: 20 });

test('names the innermost own frame that most samples have in common', () => {
  expect(looping).toEqual({ print: expect.stringMatching(/^[0-9a-f]{16}$/), frame: 'runaway, app/routes/spin.ts' });
});

describe('is the same', () => {
  const same = { frame: looping?.frame, print: looping?.print };

  test('on another line, in another place of installation, and with another share', () => {
    const moved = spin.replace('12:3', '19:7').replace('/srv/', '/opt/releases/7/srv/');
    const elsewhere = main.replace('/srv/', '/opt/releases/7/srv/');
    expect(of({ [`${elsewhere};${moved}`]: 300 })).toEqual(same);
  });

  test('whatever the hot code calls, and whatever the runtime does around it', () => {
    const stacks = {
      [`processTicks node:internal/x:1:1;${main};${spin};hash /srv/app/hash.ts:1:1`]: 150,
      [`${main};${spin};random /srv/app/random.ts:1:1`]: 150,
      [`${main};${spin};(garbage collector)`]: 120,
    };
    expect(of(stacks)).toEqual(same);
  });
});

test('is another for another function, and for another way there', () => {
  expect(printOf({ [`${main};${meow}`]: 400 })).not.toBe(looping?.print);
  expect(printOf({ [`${meow};${spin}`]: 400 })).not.toBe(looping?.print);
});

describe('where a healthy node is known', () => {
  const dispatch = 'dispatch /srv/app/dispatch.ts:1:1';
  const busy = {
    [`${main};${dispatch};${meow}`]: 150,
    [`${main};${dispatch};hash /srv/app/hash.ts:1:1`]: 150,
    [`${main};${dispatch};list /srv/app/list.ts:1:1`]: 150,
  };
  const ofBusy = (healthy: Readonly<Record<string, number>>) =>
    fingerprintOf(
      { stacks: new Map(Object.entries(busy)), by: 'inspector', seconds: 5, hz: 99 },
      new Map(Object.entries(healthy)),
    );

  test('what that one does as well is work, and no fingerprint, however much it rests', () => {
    const calm = { '(idle)': 450, [`${main};${dispatch};${meow}`]: 20, [`${main};${dispatch}`]: 10, [main]: 10 };
    expect(of(busy)?.frame).toBe('dispatch, srv/app/dispatch.ts');
    expect(ofBusy(calm)).toBeUndefined();
  });

  test('what that one does not, or hardly ever, is', () => {
    expect(ofBusy({ '(idle)': 450, [`${main};${meow}`]: 20 })).toEqual(of(busy));
    expect(ofBusy({ [`${main};${dispatch};${meow}`]: 5, [`${main};${meow}`]: 20 })).toEqual(of(busy));
    expect(ofBusy({ '(idle)': 450 })).toEqual(of(busy));
  });
});

describe('there is none', () => {
  test('of a node that did hardly anything: less than a quarter of a core', () => {
    expect(of({ [`${main};${spin}`]: 100 })).toBeUndefined();
    expect(of({ [`${main};${spin}`]: 125 })).toBeDefined();
  });

  test('where nothing own has more than half of all samples', () => {
    expect(of({ [spin]: 200, [meow]: 200 })).toBeUndefined();
    expect(of({ '(program)': 400, [spin]: 300 })).toBeUndefined();
  });

  test('of a process of which perf knows no symbol', () => {
    expect(of({ 'node;[unknown];[unknown]': 400 }, 'perf')).toBeUndefined();
  });

  test('of names without a file: every program has its main, and every Python its loop', () => {
    expect(of({ 'python3;_start;main;_PyEval_EvalFrameDefault': 400 }, 'perf')).toBeUndefined();
    expect(of({ 'node;main;JS:*runaway /srv/app/routes/spin.ts:12:3': 400 }, 'perf')?.frame).toBe(
      'runaway, app/routes/spin.ts',
    );
  });
});
