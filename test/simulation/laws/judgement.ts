import type { NodeRecord } from '../../../pool/record.ts';
import type { Law, Seen } from '../observer.ts';

/** Nodes that an agent took out for a treatment with this commit, as they were before. */
export const admitted = ({ before, after, changed, by }: Seen): readonly NodeRecord[] =>
  by.role !== 'agent'
    ? []
    : changed.flatMap((id) => {
        const [was, is] = [before.get(id), after.get(id)];
        return was?.state === 'serving' && is?.state === 'draining' && is.purpose === 'treat' ? [was] : [];
      });

/** Nodes that a controller began to treat in the stead of their agents, as they were before. */
const rescued = ({ before, after, changed, by }: Seen): readonly NodeRecord[] =>
  by.role !== 'controller'
    ? []
    : changed.flatMap((id) => {
        const [was, is] = [before.get(id), after.get(id)];
        return was?.state === 'lost' && is?.state === 'rebooting' ? [was] : [];
      });

/** Nodes whose treatment begins with this commit, whoever begins it. */
export const begun = (seen: Seen): readonly NodeRecord[] => [...admitted(seen), ...rescued(seen)];

/** A measurement older than this is none. */
const measuredWithinMs = 20_000;

export const knownFinding: Law = {
  name: 'no treatment and no reboot on an unknown finding',
  onCommit: (seen, { clock, policy }) => {
    const { by, before, after, changed } = seen;
    const begins = changed.filter(
      (id) =>
        by.role === 'agent' &&
        ((before.get(id)?.state === 'serving' && after.get(id)?.purpose === 'treat') ||
          (before.get(id)?.state === 'draining' && after.get(id)?.state === 'rebooting')),
    );
    if (begins.length === 0) return undefined;
    const finding = after.get(begins[0] ?? '')?.finding;
    if (finding === 'ordered') return undefined;
    if (finding === 'memory')
      return by.told.leaks ? undefined : `${by.name} treats ${begins.join()} for memory, of which it has enough`;
    const cpu = by.told.cpu;
    if (cpu?.share === undefined || clock.monotonicMs() - cpu.atMs > measuredWithinMs)
      return `${by.name} treats ${begins.join()} and has not measured its CPU`;
    // Once sick a node stays so until it has calmed down: the lower threshold keeps it from flapping.
    const { clear } = policy().vitals.cpu;
    return cpu.share <= clear
      ? `${by.name} treats ${begins.join()} at ${Math.round(cpu.share * 100)} % CPU`
      : undefined;
  },
};

export const passedChecks: Law = {
  name: 'nothing serves that failed its checks',
  onCommit: ({ before, after, changed, by }, { policy, history }) => {
    for (const id of changed) {
      const [was, is] = [before.get(id), after.get(id)];
      if (is?.state !== 'serving' || was?.state === 'serving') continue;
      // A failover may bring the same stay back a second time: it began with the first.
      const enteredMs = history
        .get(id)
        ?.find(({ record }) => record.state !== 'serving' && record.sinceMs === was?.sinceMs);
      const names = policy().checks.run.map(({ kind }) => kind);
      for (const name of names) {
        const result = by.told.checks.get(name);
        if (result?.ok !== true)
          return `${by.name} made ${id} serve, whose check ${name} ${result === undefined ? 'was not made' : 'failed'}`;
        if (enteredMs !== undefined && result.atMs < enteredMs.fromMs - 1)
          return `${by.name} made ${id} serve by a check ${name} from before it was out`;
      }
    }
    return undefined;
  },
};

const staleAfterMs = 5_000;

export const freshView: Law = {
  name: 'no treatment begins on a stale view',
  onCommit: (seen, { clock, region }) => {
    const [node] = begun(seen);
    const read = seen.by.told.view;
    if (node === undefined || read === undefined) return undefined;
    const ageMs = clock.monotonicMs() - read.atMs;
    // Nobody but Redis knows how long a commit was on its way, and its time has leapt; it was written in time.
    if (region.redisLeapt() && seen.writtenAfterMs <= staleAfterMs) return undefined;
    return ageMs > staleAfterMs + 2_500
      ? `${seen.by.name} took ${node.id} out by a view ${Math.round(ageMs)} ms old`
      : undefined;
  },
};

export const cooldown: Law = {
  name: 'no treatment begins within a cooldown',
  onCommit: (seen, { server, policy }) => {
    const [node] = begun(seen);
    const lastMs = node?.treatmentTimes.at(-1);
    if (node === undefined || lastMs === undefined) return undefined;
    const waitMs = policy().limits.cooldown * 2 ** Math.min(node.relapses, 6);
    const passedMs = server.now() - lastMs;
    return passedMs < waitMs - 1_000
      ? `${node.id} was treated ${passedMs} ms ago, its cooldown is ${waitMs} ms`
      : undefined;
  },
};
