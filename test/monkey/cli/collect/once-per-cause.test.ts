import { expect, test } from '@jest/globals';
import { oncePerCause } from '../../../../monkey/cli/collect/once-per-cause.ts';

test('says a cause once, whatever its numbers, that it is over, and anew after it was well', () => {
  const said: string[] = [];
  const say = oncePerCause(
    (what, because) => void said.push(`${what} ${because}`),
    (what) => void said.push(`${what} is over`),
  );
  for (const because of [null, '12 lines lost', '13 lines lost', 'no route', null, null, '14 lines lost'])
    say('a', because);
  say('b', '14 lines lost');
  expect(said).toEqual(['a 12 lines lost', 'a no route', 'a is over', 'a 14 lines lost', 'b 14 lines lost']);
});
