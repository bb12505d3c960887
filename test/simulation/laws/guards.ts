/** What must not be at an admission, counted here from what the agent was told, and not by the guards' own code. */
import { isObject } from '../../../pool/json.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Law, Seen } from '../observer.ts';
import { admitted, begun } from './judgement.ts';

const hourMs = 3_600_000;

/** When a record's machine was restarted by us, as far as that is not older than this (Redis TIME). */
const restarts = ({ remedies = [] }: NodeRecord, sinceMs: number): number =>
  remedies.filter(({ remedy, atMs }) => remedy !== 'restart-service' && atMs > sinceMs).length;

/** Nodes whose machine is to be restarted by what this commit begins: a treatment that starts with it, or the intent. */
const toRestart = (seen: Seen, { remedies: { skip } }: Policy, nowMs: number): readonly NodeRecord[] => [
  ...admitted(seen).filter((was) => {
    const finding = seen.after.get(was.id)?.finding ?? '';
    return !startsWithTheService.includes(finding) && !hasNotCured(was, finding, nowMs - skip);
  }),
  ...seen.changed.flatMap((id) => {
    const was = seen.before.get(id);
    const is = seen.after.get(id);
    // The next remedy of a treatment counts like its first; to ask again for the same one does not.
    const isNext = (is?.remedies?.length ?? 0) > 0 && is?.remedies?.at(-1)?.atMs !== was?.remedies?.at(-1)?.atMs;
    const begins = was !== undefined && is?.state === 'rebooting' && (was.state !== 'rebooting' || isNext);
    return begins ? [was] : [];
  }),
];

const startsWithTheService = ['memory', 'oom', 'check'];

/** A reboot that did not cure is not tried again within the policy's time: what follows is a quarantine. */
const hasNotCured = ({ remedies = [] }: NodeRecord, finding: string, sinceMs: number): boolean =>
  remedies.some((one) => one.remedy === 'reboot' && one.finding === finding && one.atMs > sinceMs);

export const nodeBudget: Law = {
  name: "no treatment begins over the node's budget of reboots",
  onCommit: (seen, { policy, server }) => {
    const [node] = toRestart(seen, policy(), server.now());
    if (node === undefined) return undefined;
    const used = restarts(node, server.now() - 24 * hourMs);
    const limit = policy().limits.reboots.node;
    return used < limit ? undefined : `${node.id} was rebooted ${used} times within a day, ${limit} are allowed`;
  },
};

export const poolBudget: Law = {
  name: "no treatment begins over the pool's budget of reboots",
  onCommit: (seen, { policy, server }) => {
    const [node] = toRestart(seen, policy(), server.now());
    if (node === undefined) return undefined;
    const used = [...seen.before.values()].reduce((sum, one) => sum + restarts(one, server.now() - hourMs), 0);
    const limit = policy().limits.reboots.pool;
    return used < limit
      ? undefined
      : `${node.id} is to be rebooted: ${used} reboots within an hour, ${limit} are allowed`;
  },
};

/** May it stay out until a human comes? Counted here on its own: nobody is kept out beyond `out` and `minServing`. */
const couldBeSpared = (node: NodeRecord, { limits, silence }: Policy, view: PoolView): boolean => {
  const others = [...view.nodes.values()].filter(({ id, state }) => id !== node.id && state !== 'left');
  const serving = others.filter(({ id, state }) => state === 'serving' && heard(view, id, silence.after));
  const gone = others.filter(
    ({ state, incident, fingerprint }) =>
      ['draining', 'rebooting', 'lost'].includes(state) ||
      (state === 'checking' && incident !== undefined) ||
      (state === 'quarantined' && incident !== undefined && fingerprint?.incident === incident),
  );
  const { number, share } = limits.out;
  const allowed = Math.max(1, Math.min(number, Math.floor((others.length + 1) * share + 1e-9)));
  return serving.length >= Math.max(1, limits.minServing) && gone.length + 1 <= allowed;
};

const heard = ({ seen, nowMs }: PoolView, id: string, withinMs: number): boolean =>
  nowMs - (seen.get(id) ?? 0) <= withinMs;

/** What was found of a node in this treatment, and of others within the policy's time, is in their records. */
export const sameCode: Law = {
  name: 'no reboot for what so many nodes do that it is the code',
  onCommit: (seen, { policy, server }) => {
    const { nodes: limit, within } = policy().limits.fingerprint;
    for (const id of seen.changed) {
      const [was, is] = [seen.before.get(id), seen.after.get(id)];
      if (was?.state !== 'draining' || is?.state !== 'rebooting' || is.orderedBy !== undefined) continue;
      const read = seen.by.told.view;
      if (was.finding !== 'cpu' || read === undefined || !couldBeSpared(was, policy(), read.view)) continue;
      const print = is.fingerprint?.atMs === is.sinceMs ? is.fingerprint.print : undefined;
      const alike = [...seen.before.values()].filter(
        ({ id: other, fingerprint }) =>
          // A little less than the policy says: Redis TIME went on between the view and the commit.
          other !== id &&
          fingerprint !== undefined &&
          fingerprint.print === print &&
          server.now() - fingerprint.atMs <= within - 10_000 &&
          // What a clock that leapt back has left in the future is not waited for; between the reading and now lies a moment.
          server.now() - fingerprint.atMs >= -50_000,
      );
      if (print !== undefined && alike.length + 1 >= limit)
        return `${id} is rebooted, and ${alike.map((one) => one.id).join(', ')} did the same`;
    }
    return undefined;
  },
};

export const window: Law = {
  name: 'no treatment begins outside the window',
  onCommit: (seen, { policy }) => {
    const [node] = begun(seen);
    const { windows } = policy().limits;
    const read = seen.by.told.view;
    if (node === undefined || windows === undefined || read === undefined) return undefined;
    // It begins when it is decided; a decision holds for some seconds, which another law sees to. All windows are in UTC.
    const at = new Date(read.view.nowMs);
    const minute = at.getUTCHours() * 60 + at.getUTCMinutes();
    const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const [today, yesterday] = [names[at.getUTCDay()], names[(at.getUTCDay() + 6) % 7]];
    const isOpen = windows.some(({ days, from, to }) => {
      const onDay = (day: string | undefined): boolean => days.some((one) => one === day);
      if (from < to) return onDay(today) && minute >= from && minute < to;
      return (onDay(today) && minute >= from) || (onDay(yesterday) && minute < to);
    });
    return isOpen ? undefined : `${node.id} was taken out at ${at.toISOString()}`;
  },
};

/** What the beats that the agent had read say of the CPU of each serving node that beats. */
const cpus = (
  { nodes, beats, seen, nowMs }: PoolView,
  silentAfterMs: number,
): ReadonlyMap<string, number | undefined> =>
  new Map(
    [...nodes.values()]
      .filter(({ id, state }) => state === 'serving' && nowMs - (seen.get(id) ?? 0) <= silentAfterMs)
      .map(({ id }) => [id, cpuIn(beats.get(id)?.vitals['vitals'])]),
  );

const cpuIn = (vitals: unknown): number | undefined => {
  const cpu = isObject(vitals) ? vitals['cpu'] : undefined;
  const share = isObject(cpu) ? cpu['share'] : undefined;
  return typeof share === 'number' ? share : undefined;
};

export const heat: Law = {
  name: 'no treatment begins while most nodes are hot',
  onCommit: (seen, { policy }) => {
    const [node] = admitted(seen);
    const read = seen.by.told.view;
    if (node === undefined || read === undefined) return undefined;
    const { limits, vitals, silence } = policy();
    const known = cpus(read.view, silence.after);
    const hot = [...known].filter(([id, share]) => id === node.id || (share ?? 0) >= vitals.cpu.threshold).length;
    const most = Math.max(1, Math.floor(known.size * limits.heat + 1e-9));
    return hot <= most ? undefined : `${node.id} was taken out while ${hot} of ${known.size} were hot, ${most} may be`;
  },
};

/** The forecast is an estimate: who is clearly over it should have been refused. */
const tolerance = 0.05;

export const forecast: Law = {
  name: 'no treatment begins over the forecast of the survivors',
  onCommit: (seen, { policy }) => {
    const [node] = admitted(seen);
    const read = seen.by.told.view;
    if (node === undefined || read === undefined) return undefined;
    const others = [...cpus(read.view, policy().silence.after)]
      .filter(([id]) => id !== node.id)
      .map(([, share]) => share ?? 0);
    if (others.length === 0) return undefined;
    const mean = others.reduce((sum, share) => sum + share, 0) / others.length;
    const then = (mean * (others.length + 1)) / others.length;
    const limit = policy().limits.forecast;
    return then <= limit + tolerance
      ? undefined
      : `${node.id} was taken out: the others come to ${Math.round(then * 100)} %, ${Math.round(limit * 100)} % is allowed`;
  },
};

const saidWithinMs = 30_000;

export const running: Law = {
  name: 'no treatment begins unless EC2 says running',
  onCommit: (seen, { clock }) => {
    const [node] = admitted(seen);
    if (node === undefined) return undefined;
    const said = seen.by.told.instance;
    if (said === undefined || clock.monotonicMs() - said.atMs > saidWithinMs)
      return `${node.id} was taken out, and EC2 was not asked`;
    const { state } = said;
    return state.kind === 'known' && state.state === 'running'
      ? undefined
      : `${node.id} was taken out, of which EC2 says ${state.kind === 'known' ? state.state : state.kind}`;
  },
};
