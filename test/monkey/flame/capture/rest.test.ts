import { expect, test } from '@jest/globals';
import { restNote } from '../../../../monkey/flame/capture/rest.ts';

const names = ['(idle)', '(program)', 'serve'];

/** @param counts samples of each of the names */
const noteOf = (...counts: readonly number[]) =>
  restNote({
    nodes: names.map((functionName, id) => ({ id, callFrame: { functionName } })),
    samples: counts.flatMap((count, id) => Array.from({ length: count }, () => id)),
  });

test.each([
  [[900, 0, 100], 'the process was idle for 90 % of it'],
  [[999, 0, 1], 'the process was idle for 99 % of it'],
  [[500, 450, 50], 'the process was idle or in native code for 95 % of it'],
  [[899, 0, 101], undefined],
  [[0, 0, 5], undefined],
  [[], undefined],
])('of samples %j it says %j', (counts, note) => {
  expect(noteOf(...counts)).toBe(note);
});
