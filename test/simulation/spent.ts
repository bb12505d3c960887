/** The budget of the pool is spent while a node is out for a reboot, and has room again within moments. */
import type { Decide } from '../../pool/decision.ts';
import type { Dice } from './dice.ts';
import type { Schedule } from './schedule.ts';

const hourMs = 3_600_000;

/** Nobody waits for an hour in a run: what spends the budget is written as a reboot of almost an hour ago. */
export const rebootedBefore =
  (node: string, agoMs: number): Decide =>
  (view) => {
    const record = view.nodes.get(node);
    if (record === undefined) return { kind: 'nothing', because: `no ${node}` };
    const begun = { remedy: 'reboot', finding: 'cpu', atMs: view.nowMs - agoMs } as const;
    const { version: _version, commit: _commit, ...draft } = record;
    const told = { ...draft, remedies: [begun, ...(draft.remedies ?? [])] };
    return {
      kind: 'commit',
      draft: {
        what: 'rebooted-before',
        expect: [],
        writes: [{ kind: 'put-node', node: told }],
        notices: [],
        durable: false,
      },
    };
  };

export const spentMeanwhile = (schedule: Schedule, chance: Dice): Schedule => {
  const sick = chance.whole(1, schedule.nodes);
  const atMs = chance.whole(6_000, 9_000);
  const spentAtMs = atMs + chance.whole(4_000, 11_000);
  const { windows: _shut, ...limits } = schedule.policy.limits ?? {};
  const policy = {
    ...schedule.policy,
    limits: { ...limits, minServing: 0, reboots: { node: 3, pool: 1 } },
    drain: { deadline: '5s', calm: '3s' },
  };
  return {
    ...schedule,
    policy,
    load: 0,
    forMs: Math.max(schedule.forMs, spentAtMs + 50_000),
    happenings: [
      { kind: 'sick' as const, atMs, node: sick, until: chance.pick(['reboot', 'reboot', 'by-itself'] as const) },
      {
        kind: 'rebooted-before' as const,
        atMs: spentAtMs,
        node: chance.whole(1, schedule.nodes),
        agoMs: hourMs - chance.whole(4_000, 45_000),
      },
      ...schedule.happenings.filter(({ kind }) => chance.chance(0.5) && kind !== 'leap'),
    ].toSorted((one, other) => one.atMs - other.atMs),
  };
};
