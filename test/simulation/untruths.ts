/** What makes processes believe what is not so: kept readings, cuts that are one's own, an EC2 that errs, a pager that fails. */
import type { Dice } from './dice.ts';
import type { Happening } from './schedule.ts';
import { processOf, type Shape } from './shape.ts';

export const untruths = (shape: Shape, chance: Dice): readonly Happening[] =>
  Array.from({ length: chance.pick([0, 0, 0, 1, 1, 2]) }, () => untruth(shape, chance)).flat();

const untruth = (shape: Shape, chance: Dice): readonly Happening[] => {
  const atMs = chance.whole(5_000, Math.round(shape.forMs * 0.8));
  const node = chance.whole(1, shape.nodes);
  const process = processOf(shape, chance);
  const forMs = chance.pick([4_000, 12_000, 30_000]);
  const controller = `controller ${chance.whole(1, Math.max(1, shape.controllers))}`;
  return chance.pick<() => readonly Happening[]>([
    () => [{ kind: 'stale', atMs, process, keptMs: chance.pick([1_500, 4_000, 7_000, 15_000]), forMs }],
    () => [{ kind: 'stale', atMs, process: controller, keptMs: chance.pick([1_500, 4_000, 9_000]), forMs }],
    () => [{ kind: 'cut', from: chance.pick(['ec2', 'slack', 'nodes']), atMs, process, forMs }],
    () => [{ kind: 'cut', from: chance.pick(['ec2', 'slack', 'nodes']), atMs, process: controller, forMs }],
    () => [
      {
        kind: 'ec2-says',
        atMs,
        node,
        says: chance.pick(['not-found', 'not-found', 'running', 'stopped', 'stopping']),
        forMs,
      },
    ],
    // A machine of which nothing is true that EC2 says, while its agent is silent.
    () => [
      { kind: 'ec2-says', atMs, node, says: chance.pick(['not-found', 'stopped']), forMs: 90_000 },
      { kind: 'cut', atMs: atMs + chance.whole(0, 5_000), process: `agent ${node}`, forMs: 80_000 },
    ],
    () => [{ kind: 'pager', atMs, trouble: chance.pick(['away', 'limited', 'loses-replies', 'refuses']), forMs }],
    () => [strikeAtPage(atMs, controller, chance)],
  ])();
};

const strikeAtPage = (atMs: number, process: string, chance: Dice): Happening => {
  const what = chance.pick(['kill', 'stop', 'lose'] as const);
  const strike = { at: chance.pick(['sending', 'reply'] as const), what, ms: chance.pick([1_500, 6_000]) };
  return { kind: 'strike', atMs, process, call: 'page', nth: chance.pick([1, 2]), strike };
};
