import type { PoolView } from './view.ts';

/**
 * The same answer, worked out once for each view and each `by` that it depends on beside it: a controller asks about many
 * nodes of one view, and each question looks at the whole pool. Views do not change, and what is remembered of one goes
 * with it.
 */
export const onceAView = <By extends object, T>(
  work: (view: PoolView, by: By) => T,
): ((view: PoolView, by: By) => T) => {
  const known = new WeakMap<PoolView, WeakMap<By, { readonly answer: T }>>();
  return (view, by) => {
    const before = known.get(view)?.get(by);
    if (before !== undefined) return before.answer;
    const answer = work(view, by);
    const answers = known.get(view) ?? new WeakMap<By, { readonly answer: T }>();
    known.set(view, answers.set(by, { answer }));
    return answer;
  };
};
