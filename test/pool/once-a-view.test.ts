import { expect, test } from '@jest/globals';
import { onceAView } from '../../pool/once-a-view.ts';
import { viewOf } from '../support/view.ts';

test('works an answer out once for a view and what else it depends on', () => {
  let worked = 0;
  const answer = onceAView((view, { limit }: { readonly limit: number }) => {
    worked += 1;
    return view.nodes.size + limit;
  });
  const [view, other] = [viewOf([]), viewOf([])];
  const by = { limit: 1 };
  expect([answer(view, by), answer(view, by), answer(view, { limit: 2 }), answer(view, by), worked]).toEqual([
    ...[1, 1, 2, 1, 2],
  ]);
  answer(other, by);
  expect(worked).toBe(3);
});
