/** A fleet of agents in one process: what each brings of its own is made up, what it decides and commits is production's. */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../../monkey/agent/context.ts';
import { viewNow } from '../../../monkey/agent/context.ts';
import { newKnown } from '../../../monkey/agent/known.ts';
import { newLocalChecks } from '../../../monkey/agent/local-checks.ts';
import { newWatch, round, type Watch } from '../../../monkey/agent/serving.ts';
import type { Vitals } from '../../../monkey/doctor/vitals/vitals.ts';
import { buildCommit } from '../../../pool/build-commit.ts';
import { systemClock } from '../../../pool/clock.ts';
import { silentLog } from '../../../pool/log.ts';
import type { PolicySource } from '../../../pool/policy.ts';
import type { PoolStore } from '../../../pool/store.ts';

const limits = { deadlineMs: 20_000 };

export const idOf = (at: number): string => `i-0${String(at).padStart(16, '0')}`;
const sessionOf = (at: number): string => `session-${String(at)}`;

/** As large as real ones. */
const vitalsOf = (share: number): Vitals => ({
  cpu: { kind: 'measured', share, busiestThreadShare: share, source: 'host', overMs: 10_000 },
  memory: { kind: 'measured', usedShare: 0.61, totalBytes: 8_200_000_000 },
  oom: { kind: 'measured', kills: 0 },
  pressure: { kind: 'measured', cpuShare: 0.1, memoryShare: 0, ioShare: 0.02 },
  disks: [{ path: '/', kind: 'measured', usedShare: 0.43, inodesShare: 0.1 }],
  load: [1.5, 1.4, 1.2],
  uptimeSeconds: 86_400,
});

/** The pool as it stands before: all serve, and have just beaten. */
export const seedPool = async (store: PoolStore, nodes: number, policy: PolicySource, beatShare: number) => {
  const view = await store.view(limits);
  const writes = Array.from({ length: nodes }, (_, at) => ({
    kind: 'put-node' as const,
    node: {
      ...{ schema: 1 as const, id: idOf(at), url: `http://10.${at >> 16}.${(at >> 8) & 255}.${at & 255}:8080` },
      ...{ service: 'meow', state: 'serving' as const, sinceMs: view.nowMs - 3_600_000, bootId: randomUUID() },
      ...{ session: sessionOf(at), weight: 1, relapses: 0, treatmentTimes: [], because: 'all checks passed' },
    },
  }));
  const draft = {
    ...{ what: 'joined', expect: [], notices: [], durable: false },
    writes: [...writes, { kind: 'put-policy' as const, source: policy, by: 'bench' }],
  };
  const result = await store.commit(buildCommit(view, draft, randomUUID()), limits);
  if (result.kind !== 'committed') throw new Error(`the pool could not be made: ${JSON.stringify(result)}`);
  const finding = { kind: beatShare >= 0.9 ? 'sick' : 'well', because: 'as measured', finding: 'cpu' };
  for (let at = 0; at < nodes; at += 1) {
    const vitals = { vitals: vitalsOf(beatShare), finding };
    await store.beat({ node: idOf(at), session: sessionOf(at), vitals }, limits);
  }
};

const nobody = (): never => {
  throw new Error('nobody asks for this here');
};

/** One round of the agent of a node that is sick; returns what came of it. */
export const sickRound = async (store: PoolStore, at: number, deadlineMs: number): Promise<Watch> => {
  const self = { id: idOf(at), bootId: 'boot', session: sessionOf(at) };
  const context: Context = {
    self,
    options: { url: '', service: 'meow', mode: 'act', beatMs: 1_000, poolDeadlineMs: deadlineMs, drainPollMs: 100 },
    known: newKnown(self, systemClock, silentLog),
    evidence: { begin: nobody, collect: nobody, told: nobody },
    profiling: { evidence: nobody, asked: nobody, baseline: nobody },
    memory: { keep: nobody, withNames: async (vitals) => vitals, told: nobody },
    signal: new AbortController().signal,
    parts: {
      ...{ store, clock: systemClock, log: silentLog, random: Math.random, newId: randomUUID, rounds: nobody },
      vitals: { measure: async () => vitalsOf(0.98) },
      power: { describe: async () => ({ kind: 'known', state: 'running' }), reboot: nobody },
      probe: { check: nobody },
      machine: {} as Context['parts']['machine'],
      evidence: {} as Context['parts']['evidence'],
    },
  };
  const askedAtMs = systemClock.monotonicMs();
  return round(context, newWatch, { view: await viewNow(context), askedAtMs }, newLocalChecks(context));
};
