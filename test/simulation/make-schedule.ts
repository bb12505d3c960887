/** Makes a schedule from a seed: small pools mostly, few faults mostly, and those where they hurt. */
import type { PolicySource } from '../../pool/policy.ts';
import { type Dice, dice } from './dice.ts';
import { entangled } from './entangled.ts';
import type { Call, Happening, Schedule, Strike } from './schedule.ts';
import { processOf, type Shape } from './shape.ts';
import { spentMeanwhile } from './spent.ts';
import { untruths } from './untruths.ts';

export const makeSchedule = (seed: number): Schedule => {
  const chance = dice(seed);
  const nodes = nodesOf(chance);
  const shape = {
    nodes,
    controllers: chance.pick([0, 1, 1, 1, 2, 2, 3]),
    proxies: chance.pick([0, 1, 1, 1, 2]),
    forMs: chance.whole(20, 50) * 1_000,
  };
  const load = chance.pick([0, 0, 0.1, 0.1, 0.2, 0.3, 0.5]);
  const [policy, replica] = [policyOf(nodes, chance), chance.chance(0.5)];
  const happenings = happeningsOf(shape, chance);
  const newer = chance.fork('newer');
  const sameCode = chance.fork('code').chance(0.25);
  const schedule = {
    ...{ seed, ...shape, load, policy: sameCode ? soonTheCode(policy) : policy, replica, sameCode },
    pager: newer.chance(0.5),
    happenings: [...happenings, ...untruths(shape, newer)].toSorted((one, other) => one.atMs - other.atMs),
  };
  const rare = chance.fork('entangled');
  if (rare.chance(0.06)) return entangled(schedule, rare);
  const more = chance.fork('more');
  if (more.chance(0.1)) return incurable(schedule, more);
  if (more.chance(0.05)) return stoppedAtAdmission(schedule, more);
  const budget = chance.fork('budget');
  return budget.chance(0.06) ? spentMeanwhile(schedule, budget) : schedule;
};

/** An agent that is stopped between its decision and the sending of its commit. */
const stoppedAtAdmission = (schedule: Schedule, chance: Dice): Schedule => {
  const node = chance.whole(1, schedule.nodes);
  const atMs = chance.whole(6_000, 9_000);
  const strike: Strike = { at: 'sending', what: 'stop', ms: 15_000 };
  return {
    ...schedule,
    load: 0,
    happenings: [
      { kind: 'sick', atMs, node, until: 'reboot' },
      { kind: 'strike', atMs, process: `agent ${node}`, call: 'commit', nth: 1, strike },
      ...schedule.happenings.filter((happening) => happening.atMs > 20_000),
    ],
  };
};

/** A node that nothing cures, watched for long enough that it comes to its second and third treatment. */
const incurable = (schedule: Schedule, chance: Dice): Schedule => {
  const sick = { kind: 'sick', atMs: chance.whole(6_000, 9_000), until: 'for-ever' } as const;
  return {
    ...schedule,
    forMs: schedule.forMs + 60_000,
    happenings: [{ ...sick, node: chance.whole(1, schedule.nodes) }, ...schedule.happenings].toSorted(
      (one, other) => one.atMs - other.atMs,
    ),
  };
};

const nodesOf = (chance: Dice): number => {
  if (chance.chance(0.97)) return chance.pick([1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6]);
  return chance.chance(0.95) ? chance.whole(7, 14) : chance.whole(15, 50);
};

/** Pools are small, and runs short: two nodes that do the same are enough. */
const soonTheCode = (policy: PolicySource): PolicySource => ({
  ...policy,
  limits: { ...policy.limits, fingerprint: { nodes: 2 } },
});

const seconds = (value: number): string => `${value}s`;

/** Times are short, so that a whole treatment and what follows on it fit into minutes; limits are of every size. */
const policyOf = (nodes: number, chance: Dice): PolicySource => ({
  vitals: { rounds: { sick: 2, of: 3 }, grace: '0s' },
  limits: {
    minServing: chance.pick([0, 1, 1, 1, 2, Math.max(1, nodes - 2)]),
    out: { number: chance.pick([1, 1, 2, 5]), share: `${chance.pick([10, 34, 50, 100])}%` },
    cooldown: seconds(chance.pick([5, 20, 60, 600])),
    reboots: { node: chance.pick([1, 2, 3]), pool: chance.pick([1, 2, 5, 20]) },
    heat: `${chance.pick([20, 50, 50, 50, 100])}%`,
    forecast: `${chance.pick([50, 85, 85, 100])}%`,
    ...(chance.chance(0.2) ? { windows: windowsOf(chance) } : {}),
  },
  drain: { deadline: seconds(chance.pick([2, 5, 8])), calm: seconds(chance.pick([0, 1, 3])) },
  evidence: { deadline: '1s' },
  reboot: { settle: seconds(12), deadline: seconds(40) },
  checks: { deadline: seconds(6), every: '1s', timeout: '1s', run: [{ kind: 'content' }, { kind: 'status' }] },
  silence: { after: seconds(8), rescue: seconds(10) },
  remedies: { skip: chance.pick(['0s', '0s', '1d']) },
  slowStart: '5s',
});

/** A run begins on a Tuesday at noon: windows open or close within it, or stay shut. */
const windowsOf = (chance: Dice): NonNullable<NonNullable<PolicySource['limits']>['windows']> =>
  chance.pick([
    [{ days: ['tue'], from: '12:00', to: '12:01' }],
    [{ days: ['tue'], from: '12:01', to: '13:00' }],
    [{ days: ['mon'], from: '22:00', to: '12:01' }],
    [{ days: ['wed'], from: '00:00', to: '24:00' }],
  ]);

const happeningsOf = (shape: Shape, chance: Dice): readonly Happening[] => {
  const sick = chance.whole(1, Math.min(4, shape.nodes + 1));
  const others = chance.pick([0, 1, 1, 2, 2, 3, 4, 6]);
  const strikes = chance.pick([0, 0, 1, 1, 2, 3]);
  const all: readonly Happening[] = [
    ...many(sick, () => sickness(shape, chance)),
    ...(chance.chance(0.15) ? allSick(shape, chance) : []),
    ...many(others, () => other(shape, chance)),
    ...many(strikes, () => strikeAt(shape, chance)),
    ...(chance.chance(0.2) ? tangled(shape, chance) : []),
  ];
  return all;
};

const many = (times: number, make: () => Happening): readonly Happening[] => Array.from({ length: times }, make);

/** Sickness begins early enough that what follows from it is seen. */
const sickness = ({ nodes, forMs }: Shape, chance: Dice): Happening => ({
  kind: 'sick',
  atMs: chance.whole(8_000, Math.round(forMs * 0.7)),
  node: chance.whole(1, nodes),
  until: chance.pick(['reboot', 'reboot', 'reboot', 'stop-start', 'for-ever', 'by-itself']),
});

const allSick = ({ nodes, forMs }: Shape, chance: Dice): readonly Happening[] => {
  const atMs = chance.whole(8_000, Math.round(forMs * 0.5));
  return Array.from({ length: nodes }, (_, index) => ({
    ...({ kind: 'sick', node: index + 1, until: 'reboot' } as const),
    atMs: atMs + chance.whole(0, 4_000),
  }));
};

const other = (shape: Shape, chance: Dice): Happening => {
  const atMs = chance.whole(5_000, Math.round(shape.forMs * 0.9));
  const node = chance.whole(1, shape.nodes);
  const process = processOf(shape, chance);
  const forMs = chance.pick([500, 2_000, 4_000, 7_000, 12_000, 30_000]);
  const make: readonly (() => Happening)[] = [
    () => ({ kind: 'leaks', atMs, node, until: chance.pick(['restart', 'reboot', 'for-ever']) }),
    () => ({ kind: 'leaks', atMs, node, until: 'restart' }),
    () => ({ kind: 'app-breaks', atMs, node, until: chance.pick(['boot', 'by-itself', 'for-ever']) }),
    () => ({ kind: 'unmeasurable', atMs, node, forMs }),
    () => ({ kind: 'crash', atMs, process }),
    () => ({ kind: 'crash', atMs, process }),
    () => ({ kind: 'stop', atMs, process, forMs }),
    () => ({ kind: 'machine-dies', atMs, node, mends: chance.pick(['reboot', 'stop-start', 'never']) }),
    () => ({ kind: 'machine-boots', atMs, node }),
    () => ({ kind: 'terminated', atMs, node }),
    () => ({
      kind: 'goes-down',
      atMs,
      node,
      to: chance.pick(['stopped', 'terminated']),
      forMs: chance.pick([6_000, 20_000]),
    }),
    () => ({ kind: 'load', atMs, times: chance.pick([0.2, 1.5, 2, 4]), forMs: forMs * 2 }),
    () => ({ kind: 'redis-away', atMs, forMs: Math.min(forMs, 12_000) }),
    () => ({ kind: 'redis-empty', atMs }),
    () => ({ kind: 'failover', atMs, loses: chance.whole(1, 6) }),
    () => ({ kind: 'replica-silent', atMs, forMs }),
    () => ({ kind: 'cut', atMs, process, forMs }),
    () => ({ kind: 'leap', atMs, ms: chance.pick([-90_000, -4_000, 4_000, 30_000, 3_600_000]) }),
    () => ({ kind: 'slack', atMs, trouble: chance.pick(['away', 'limited', 'loses-replies']), forMs }),
    () => ({ kind: 'ec2', atMs, trouble: chance.pick(['throttles', 'loses-replies', 'lies', 'blind']), forMs }),
    () => ({
      kind: 'hand',
      ...{ atMs, node, forMs },
      order: chance.pick(['drain', 'readmit', 'leave', 'reboot', 'reboot', 'pause', 'resume']),
    }),
    () => ({ kind: 'hand', order: 'pause', atMs, node, forMs }),
    () => ({ kind: 'hand', order: 'drain', atMs, node, forMs }),
  ];
  return chance.pick(make)();
};

/**
 * Where it hurts most: an agent stopped or killed at one of the commits of a treatment, or at its call, and the world
 * another one by the time that it goes on.
 */
const tangled = ({ nodes, forMs }: Shape, chance: Dice): readonly Happening[] => {
  const node = chance.whole(1, nodes);
  const process = `agent ${node}`;
  const atMs = chance.whole(8_000, Math.round(forMs * 0.4));
  const at = chance.pick(['sending', 'reply'] as const);
  const strike: Strike = {
    at,
    what: chance.pick(['stop', 'stop', 'stop', 'kill']),
    ms: chance.pick([1_500, 6_000, 15_000, 15_000]),
  };
  const call = chance.pick(['commit', 'commit', 'reboot'] as const);
  const laterMs = atMs + chance.whole(8_000, 22_000);
  return [
    { kind: 'sick', atMs, node, until: 'reboot' },
    { kind: 'strike', atMs, process, call, nth: call === 'reboot' ? 1 : chance.pick([1, 1, 2, 3, 3, 3, 4]), strike },
    chance.pick<Happening>([
      { kind: 'redis-empty', atMs: laterMs },
      { kind: 'failover', atMs: laterMs, loses: chance.whole(1, 3) },
      { kind: 'hand', order: 'drain', atMs: laterMs, node, forMs: 5_000 },
      { kind: 'hand', order: 'pause', atMs: laterMs, node, forMs: 20_000 },
      { kind: 'machine-boots', atMs: laterMs, node },
    ]),
  ];
};

const callsOf = {
  agent: ['commit', 'commit', 'commit', 'reboot', 'reboot', 'view', 'describe', 'measure', 'restart', 'check', 'beat'],
  controller: ['commit', 'commit', 'view', 'lease', 'outbox', 'post', 'reach', 'reboot', 'describe', 'stop', 'start'],
  proxy: ['view', 'events', 'report'],
} satisfies Record<string, readonly Call[]>;

const strikeAt = (shape: Shape, chance: Dice): Happening => {
  const process = processOf(shape, chance);
  const role = process.split(' ')[0] as keyof typeof callsOf;
  const call = chance.pick<Call>(callsOf[role]);
  const strike: Strike = {
    at: chance.pick(['sending', 'reply']),
    what: chance.pick(['kill', 'kill', 'stop', 'lose', 'late']),
    ms: chance.pick([300, 700, 1_500, 6_000, 15_000]),
  };
  const atMs = chance.whole(5_000, Math.round(shape.forMs * 0.8));
  return { kind: 'strike', atMs, process, call, nth: chance.pick([1, 1, 1, 2, 3, 5]), strike };
};
