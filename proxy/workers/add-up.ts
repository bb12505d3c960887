/*
 * What the workers of a proxy tell, as if one had told it. Pure.
 *
 * INVARIANTS
 * - What is in flight adds up, that of a silent worker as it was told last: nobody knows that it is over.
 * - The proxy is ready while one worker has just said that it is: whoever balances over proxies must not leave it for
 *   the others' sake, since they take nothing. All that keeps them is told.
 */
import type { ShownMember, ShownPool, Telling } from '../telling.ts';
import type { Seen } from './crew.ts';

export const addUp = (router: string, seen: readonly Seen[]): Telling => {
  const told = seen.flatMap((one) => (one.told === undefined ? [] : [one.told.telling]));
  const names = new Set(told.flatMap(({ others }) => Object.keys(others)));
  return {
    router,
    health: healthOf(seen),
    ready: readyOf(seen),
    shown: together(told.map(({ shown }) => shown)),
    others: Object.fromEntries(
      [...names].map((name) => [name, together(told.flatMap(({ others }) => others[name] ?? []))] as const),
    ),
  };
};

/** Requests can be routed while one worker can: those that hang take none. */
const healthOf = (seen: readonly Seen[]): Telling['health'] => {
  const answers = seen.flatMap(({ state, told }) =>
    state === 'serving' && told !== undefined ? [told.telling.health] : [],
  );
  const members = Math.max(0, ...answers.map((health) => health.members));
  if (members > 0) return { ok: true, members };
  return { ok: false, members, because: answers[0]?.because ?? 'no worker answers' };
};

const readyOf = (seen: readonly Seen[]): Telling['ready'] => {
  const all = seen.map((one) => ({ ...one, ready: one.state === 'serving' ? one.told?.telling.ready : undefined }));
  const because = all.flatMap(({ worker, state, ready }) => {
    if (state !== 'serving') return [`worker ${worker} is ${state}`];
    if (ready === undefined) return [`worker ${worker}: has told nothing`];
    return ready.because === undefined ? [] : [`worker ${worker}: ${ready.because}`];
  });
  const nodes = all.flatMap(({ ready }) => ready?.nodes ?? []);
  return {
    ok: all.some(({ ready }) => ready?.ok === true),
    ...(because.length === 0 ? {} : { because: because.join(', ') }),
    panic: all.some(({ ready }) => ready?.panic === true),
    nodes: leastWell(nodes),
  };
};

const noNodes = { well: 0, askedLast: 0, ejected: 0 };

/** Each worker judges the same nodes for itself: what the one sees that has the fewest left. */
const leastWell = (nodes: readonly Telling['ready']['nodes'][]): Telling['ready']['nodes'] =>
  nodes.reduce((worst, one) => (one.well < worst.well ? one : worst), nodes[0] ?? noNodes);

/** Versions by who is most behind. */
const together = (all: readonly ShownPool[]): ShownPool => {
  const pools = all.map(({ pool }) => pool).sort((a, b) => a.version - b.version);
  const [behind = { version: 0 }] = pools;
  const most = (of: 'awayMs' | 'kept'): number => Math.max(0, ...pools.map((pool) => pool[of]));
  return {
    pool: { ...behind, awayMs: most('awayMs'), kept: most('kept') },
    members: eachOnce(all.flatMap(({ members }) => members)),
    leaving: eachOnce(all.flatMap(({ leaving }) => leaving)),
    ignored: [...new Map(all.flatMap(({ ignored }) => ignored.map((one) => [`${one.node} ${one.url}`, one]))).values()],
  };
};

const eachOnce = (members: readonly ShownMember[]): ShownMember[] => {
  const byNode = new Map<string, ShownMember[]>();
  for (const member of members) {
    const key = `${member.id} ${member.url}`;
    byNode.set(key, [...(byNode.get(key) ?? []), member]);
  }
  return [...byNode.values()].flatMap(addMembers);
};

const addMembers = (same: readonly ShownMember[]): readonly ShownMember[] => {
  const [first] = same;
  if (first === undefined) return [];
  const sum = (of: 'inFlight' | 'webSockets' | 'shareNow'): number => same.reduce((total, one) => total + one[of], 0);
  return [
    {
      ...first,
      place: worst.find((place) => same.some((one) => one.place === place)) ?? first.place,
      shareNow: Number((sum('shareNow') / same.length).toFixed(3)),
      inFlight: sum('inFlight'),
      webSockets: sum('webSockets'),
      failuresInRow: Math.max(...same.map((one) => one.failuresInRow)),
      askedLast: same.some((one) => one.askedLast),
    },
  ];
};

/** A node that one worker has left out is shown so. */
const worst = ['out', 'on-trial', 'in', 'leaving'] as const;
