/**
 * A small pool in memory with a clock of its own: nodes with agents that can be killed and machines that can be
 * rebooted, a router, and an EC2 that does as it is told.
 */
import { runAgent } from '../../monkey/agent/agent.ts';
import type { AgentOptions, AgentParts } from '../../monkey/agent/parts.ts';
import { type FakePower, fakePower } from '../../monkey/cloud/fake-power.ts';
import type { LineSource } from '../../monkey/doctor/ports/lines.ts';
import { type FakeProfiler, fakeProfiler } from '../../monkey/flame/fake-profiler.ts';
import { fakeEvidence } from '../../monkey/host/fake-evidence.ts';
import { type FakeMachine, fakeMachine } from '../../monkey/host/fake-machine.ts';
import { type FakeProcessList, fakeProcessList } from '../../monkey/host/fake-process-list.ts';
import { type FakeService, fakeService } from '../../monkey/host/fake-service.ts';
import { type FakeVitals, fakeVitals } from '../../monkey/host/vitals/fake-vitals.ts';
import { type FakeProbe, fakeProbe } from '../../monkey/probe/fake-probe.ts';
import { decideAndCommit } from '../../pool/decide.ts';
import type { CommitDraft, Decide } from '../../pool/decision.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import type { Notice } from '../../pool/notice.ts';
import type { PolicySource } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { Incident, PoolStore } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import { draftOf, put } from './nodes.ts';
import { beatOf } from './view.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

export interface LogLine {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How an agent's process ended. */
export type Ended = { readonly kind: 'ended' } | { readonly kind: 'threw'; readonly error: unknown };

interface Process {
  alive: boolean;
  readonly stop: AbortController;
  ended: Ended | undefined;
}

export interface WorldNode {
  readonly id: string;
  readonly machine: FakeMachine;
  readonly vitals: FakeVitals;
  readonly probe: FakeProbe;
  /** The agent knows of it only in a world that can restart services. */
  readonly service: FakeService;
  /** The agent has it only in a world with evidence. */
  readonly profiler: FakeProfiler;
  /** The agent has them, and the lines of the kernel's log, only in a world with evidence. */
  readonly processes: FakeProcessList;
  /** What the kernel says of memory that ran out; undefined: it may not be read. */
  readonly kernel: { lines: readonly string[] | undefined; onRead?: () => Promise<void> };
  readonly log: LogLine[];
  /** Starts an agent; a second one beside it where one runs already. */
  readonly start: (options?: Partial<AgentOptions>) => Process;
  /** SIGKILL: nothing that it had begun goes on. */
  readonly kill: () => void;
  /** SIGTERM; resolves when it has ended. */
  readonly terminate: () => Promise<void>;
  readonly process: () => Process | undefined;
  readonly ready: () => number;
  /** How often its agents have called this method of the store. */
  readonly calls: (method: keyof PoolStore) => number;
}

export interface World {
  readonly clock: VirtualClock;
  readonly server: MemoryServer;
  readonly pool: MemoryPool;
  readonly power: FakePower;
  readonly router: { inFlight: number; alive: boolean };
  /** How a machine comes back from a reboot. */
  readonly boots: { awayMs: number; cures: boolean; returns: boolean };
  readonly node: (id: string) => WorldNode;
  readonly view: () => Promise<PoolView>;
  readonly record: (id: string) => Promise<NodeRecord | undefined>;
  readonly state: (id: string) => Promise<string | undefined>;
  readonly incidents: () => Promise<readonly Incident[]>;
  readonly notices: () => readonly Notice[];
  readonly told: (kind: string) => readonly Notice[];
  readonly events: () => Promise<readonly string[]>;
  /** A commit by somebody else: a human, a controller. */
  readonly change: (decide: Decide | CommitDraft) => Promise<void>;
  readonly untilState: (id: string, state: string, atMostMs?: number) => Promise<void>;
  /** Takes the machine down and up again, as EC2 or an operator would. */
  readonly reboot: (id: string) => void;
  readonly end: () => Promise<void>;
}

export const policyForTests: PolicySource = {
  vitals: { rounds: { sick: 3, of: 5 }, grace: '0s' },
  limits: { minServing: 1, out: { number: 1, share: '50%' }, cooldown: '10m' },
  drain: { deadline: '30s', calm: '3s' },
  reboot: { settle: '4m', deadline: '10m' },
  checks: { deadline: '20s', every: '1s' },
};

const limits = { deadlineMs: 1_000 };

export const newWorld = async (
  given: {
    readonly policy?: PolicySource;
    readonly others?: number;
    readonly options?: Partial<AgentOptions>;
    /** Do agents know how to restart their service? */
    readonly restarts?: boolean;
    /** Do agents have a profiler, and logs to read? */
    readonly evidence?: boolean;
    /** What tells a metrics server. */
    readonly push?: AgentParts['push'];
  } = {},
): Promise<World> => {
  const clock = virtualClock();
  const server = new MemoryServer('web', { clock, now: () => 1_800_000_000_000 + Math.round(clock.monotonicMs()) });
  const pool = new MemoryPool(server);
  const over = new AbortController();
  const nodes = new Map<string, WorldNode>();
  const router = { inFlight: 0, alive: true };
  const boots = { awayMs: 20_000, cures: true, returns: true };
  const power = fakePower((id) => reboot(id));
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `id-${ids}`;
  };

  const change: World['change'] = async (decide) => {
    const decision: Decide = typeof decide === 'function' ? decide : () => ({ kind: 'commit', draft: decide });
    const outcome = await decideAndCommit(pool, decision, { attempts: 5, clock, random: () => 0.5, newId, limits });
    if (outcome.kind !== 'committed') throw new Error(`the test's own commit failed: ${outcome.because}`);
  };

  const reboot = (id: string): void => {
    const { kill, machine, vitals, start } = node(id);
    void clock.sleep(300, over.signal).then(async () => {
      kill();
      await clock.sleep(boots.awayMs, over.signal);
      if (over.signal.aborted || !boots.returns) return;
      machine.reboot();
      vitals.set({ uptimeSeconds: 60, ...(boots.cures ? { cpu: 0.1, busiestThread: 0.1, memory: 0.1 } : {}) });
      start();
    });
  };

  const node = (id: string): WorldNode => {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const made = newNode(id, {
      ...{ clock, server, power, newId, signal: over.signal },
      ...{ options: given.options ?? {}, restarts: given.restarts ?? false, evidence: given.evidence ?? false },
      push: given.push,
    });
    nodes.set(id, made);
    power.launch(id);
    return made;
  };

  const others = Array.from({ length: given.others ?? 2 }, (_, index) => `other-${index + 1}`);
  await change(
    draftOf([
      ...others.map((id) => put(id)),
      { kind: 'put-policy', source: given.policy ?? policyForTests, by: 'the test' },
    ]),
  );
  /** Parsing a view is what costs most here, and most looks find the pool as it was. */
  let last: PoolView | undefined;
  const look = async (): Promise<PoolView> => {
    const isSame = last?.version === server.data.version && last.epoch === server.data.epoch && !server.isAway;
    if (last === undefined || !isSame) last = await pool.view(limits);
    return last;
  };

  void every(clock, 1_000, over.signal, async () => reportRouter(pool, router, await look()));
  void every(clock, 5_000, over.signal, async () => {
    for (const id of others) await pool.beat(beatOf({ id, session: `session-of-${id}` }), limits);
  });

  const world: World = {
    ...{ clock, server, pool, power, router, boots, node, change, reboot },
    view: () => pool.view(limits),
    record: async (id) => (await pool.view(limits)).nodes.get(id),
    state: async (id) => (await look()).nodes.get(id)?.state,
    incidents: () => pool.incidents(100, limits),
    notices: () => server.data.outbox.map(({ notice }) => JSON.parse(notice) as Notice),
    told: (kind) => world.notices().filter((notice) => notice.kind === kind),
    events: async () => (await pool.events(0, 0, limits)).map(({ what }) => what),
    untilState: (id, state, atMostMs = 120_000) =>
      clock.until(async () => !server.isAway && (await world.state(id)) === state, atMostMs, `${id} being ${state}`),
    end: async () => {
      over.abort();
      for (const { kill } of nodes.values()) kill();
      await clock.run(1);
    },
  };
  return world;
};

const every = async (clock: VirtualClock, ms: number, signal: AbortSignal, act: () => Promise<void>): Promise<void> => {
  while (!signal.aborted) {
    await act().catch(() => undefined);
    await clock.sleep(ms, signal);
  }
};

const reportRouter = async (pool: MemoryPool, router: World['router'], view: PoolView): Promise<void> => {
  if (!router.alive) return;
  const { nodes, version } = view;
  const drains = [...nodes.values()].filter(({ state }) => state === 'draining').flatMap(({ drain }) => drain ?? []);
  const draining = Object.fromEntries(drains.map((drain) => [drain, router.inFlight]));
  await pool.reportRouter({ id: 'router-1', version, draining }, limits);
};

interface Around {
  readonly clock: VirtualClock;
  readonly server: MemoryServer;
  readonly power: FakePower;
  readonly newId: () => string;
  readonly options: Partial<AgentOptions>;
  readonly restarts: boolean;
  readonly evidence: boolean;
  readonly push: AgentParts['push'];
  readonly signal: AbortSignal;
}

const newNode = (
  id: string,
  { clock, server, power, newId, options, restarts, evidence, push, signal }: Around,
): WorldNode => {
  const machine = fakeMachine(id);
  const vitals = fakeVitals({ cpu: 0.1 });
  const probe = fakeProbe();
  const service = fakeService();
  const profiler = fakeProfiler(clock);
  const processes = fakeProcessList();
  const kernel: WorldNode['kernel'] = { lines: undefined };
  const log: LogLine[] = [];
  const calls = new Map<PropertyKey, number>();
  const counted = (method: PropertyKey): void => void calls.set(method, (calls.get(method) ?? 0) + 1);
  let process: Process | undefined;
  let ready = 0;

  const start: WorldNode['start'] = (more = {}) => {
    const born: Process = { alive: true, stop: new AbortController(), ended: undefined };
    const write = (event: string, fields: LogLine['fields'] = {}): void => {
      if (born.alive) log.push({ event, fields });
    };
    const store = new MemoryPool(server);
    const parts: AgentParts = {
      store: mortal<PoolStore>(store, born, counted),
      clock: { monotonicMs: () => clock.monotonicMs(), sleep: mortal(clock, born).sleep },
      log: { info: write, warn: write, error: write },
      machine: mortal(machine, born),
      vitals: mortal(vitals, born),
      probe: mortal(probe, born),
      power: mortal(power, born),
      ...(restarts ? { service: mortal(service, born) } : {}),
      ...(evidence ? { profiler: mortal(profiler, born), journal, deploy: async () => 'r42' } : {}),
      ...(evidence ? { processes: mortal(processes, born), kernelLog: kernelLogOf(kernel) } : {}),
      ...(push === undefined ? {} : { push }),
      evidence: mortal(fakeEvidence({ topByCpu: [busy] }), born),
      random: () => 0.5,
      newId,
      rounds: (tick, stopped) => {
        void every(clock, 1_000, AbortSignal.any([stopped, signal]), async () => {
          if (born.alive) tick();
        });
      },
    };
    const all: AgentOptions = {
      ...{ url: `http://${id}.test:8080`, service: 'meow', mode: 'act', beatMs: 1_000 },
      ...{ poolDeadlineMs: 1_000, drainPollMs: 100 },
      ...options,
      ...more,
    };
    process = born;
    runAgent(all, parts, born.stop.signal, () => {
      ready += 1;
    }).then(
      () => {
        born.ended = { kind: 'ended' };
      },
      (error: unknown) => {
        born.ended = { kind: 'threw', error };
      },
    );
    return born;
  };

  return {
    ...{ id, machine, vitals, probe, service, profiler, processes, kernel, log, start },
    kill: () => {
      if (process !== undefined) process.alive = false;
    },
    terminate: async () => {
      const ending = process;
      ending?.stop.abort();
      await clock.until(() => ending?.ended !== undefined, 120_000, 'the end of the agent');
    },
    process: () => process,
    ready: () => ready,
    calls: (method) => calls.get(method) ?? 0,
  };
};

const journal: LineSource = {
  read: async () => ({ kind: 'read', of: 'meow.service', lines: ['GET /spin', 'it spins'] }),
};
const kernelLogOf = (kernel: Readonly<WorldNode['kernel']>): LineSource => ({
  read: async () => {
    await kernel.onRead?.();
    return kernel.lines === undefined
      ? { kind: 'not-read', because: "the kernel's log could not be read: not permitted" }
      : { kind: 'read', of: 'the kernel', lines: kernel.lines };
  },
});
const busy = { pid: 7, command: 'stress', cpuShare: 1, rssBytes: 1_000_000 };

/** Whoever is dead calls nothing any more, and hears nothing of what it had called. */
const mortal = <T extends object>(
  of: T,
  life: { readonly alive: boolean },
  onCall: (method: PropertyKey) => void = () => undefined,
): T =>
  new Proxy(of, {
    get: (target, key): unknown => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        if (!life.alive) return never();
        onCall(key);
        const result: unknown = Reflect.apply(value, target, given);
        return result instanceof Promise ? heard(result, life) : result;
      };
    },
  });

const never = (): Promise<never> => new Promise(() => undefined);

const heard = async (result: Promise<unknown>, life: { readonly alive: boolean }): Promise<unknown> => {
  try {
    const value = await result;
    return await (life.alive ? value : never());
  } catch (error) {
    if (!life.alive) return never();
    throw error;
  }
};
