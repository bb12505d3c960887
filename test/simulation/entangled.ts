/** What seldom comes together by chance: a reboot that does not come to pass, and what changes while it is waited for. */
import type { Dice } from './dice.ts';
import type { Happening, Schedule, Strike } from './schedule.ts';

export const entangled = (schedule: Schedule, chance: Dice): Schedule =>
  chance.pick([heldMeanwhile, leaderStopped, agentStopped])(schedule, chance);

/** An agent is stopped once its intent is committed, and a human takes hold of the node before it calls. */
const agentStopped = (schedule: Schedule, chance: Dice): Schedule => {
  const node = chance.whole(1, schedule.nodes);
  const atMs = chance.whole(6_000, 9_000);
  const strike: Strike = { at: 'reply', what: 'stop', ms: chance.pick([15_000, 20_000]) };
  return withFirst(schedule, [
    { kind: 'sick', atMs, node, until: 'reboot' },
    // Admitted, drained, and then the intent.
    { kind: 'strike', process: `agent ${node}`, call: 'commit', nth: 3, strike, atMs },
    { kind: 'hand', order: 'drain', atMs: atMs + chance.whole(9_000, 18_000), node, forMs: 5_000 },
  ]);
};

/** EC2 accepts and does nothing, or is away, and a human takes hold of the node before it is asked again. */
const heldMeanwhile = (schedule: Schedule, chance: Dice): Schedule => {
  const node = chance.whole(1, schedule.nodes);
  const atMs = chance.whole(6_000, 9_000);
  const laterMs = atMs + chance.whole(6_000, 24_000);
  return withFirst(schedule, [
    chance.chance(0.5)
      ? { kind: 'sick', atMs, node, until: 'reboot' }
      : { kind: 'machine-dies', atMs, node, mends: 'stop-start' },
    { kind: 'ec2', atMs, trouble: chance.pick(['lies', 'lies', 'loses-replies']), forMs: 60_000 },
    { kind: 'hand', order: 'drain', atMs: laterMs, node, forMs: 5_000 },
  ]);
};

/** A machine is dead, and who leads is stopped once its intent is committed, for so long that another goes on. */
const leaderStopped = (schedule: Schedule, chance: Dice): Schedule => {
  const node = chance.whole(1, schedule.nodes);
  const atMs = chance.whole(6_000, 9_000);
  const strike: Strike = { at: 'reply', what: 'stop', ms: chance.pick([20_000, 30_000]) };
  const stops = [1, 2].map(
    (number): Happening => ({
      ...({ kind: 'strike', process: `controller ${number}`, call: 'commit', nth: 1, strike } as const),
      // The rescue begins some 20 s after the machine has died.
      atMs: atMs + chance.whole(17_000, 24_000),
    }),
  );
  const dies = { kind: 'machine-dies', atMs, node, mends: chance.pick(['reboot', 'stop-start'] as const) } as const;
  return { ...withFirst(schedule, [dies, chance.pick(stops)]), controllers: 2 };
};

/** The load is gone, and half of what would have happened: it would mostly be what refuses. */
const withFirst = (schedule: Schedule, first: readonly Happening[]): Schedule => ({
  ...schedule,
  ...{ load: 0, forMs: schedule.forMs + 40_000 },
  happenings: [...first, ...schedule.happenings.filter((_, index) => index % 2 === 0)].toSorted(
    (one, other) => one.atMs - other.atMs,
  ),
});
