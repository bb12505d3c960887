/** The processes of a world: production code, each with a way of its own to Redis, EC2, Slack, the pager and the nodes. */
import { runAgent } from '../../monkey/agent/agent.ts';
import type { AgentParts } from '../../monkey/agent/parts.ts';
import { startController } from '../../monkey/controller/wiring.ts';
import type { Profiler } from '../../monkey/doctor/ports/profiler.ts';
import { fakeProfiler } from '../../monkey/flame/fake-profiler.ts';
import { fakeEvidence } from '../../monkey/host/fake-evidence.ts';
import type { Clock } from '../../pool/clock.ts';
import { decideAndCommit } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import type { Log } from '../../pool/log.ts';
import type { PoolStore } from '../../pool/store.ts';
import { privateNetworks } from '../../pool/url-allowed.ts';
import { callAs, clockOf, type Life, newLife, type Role, type Strikes } from './life.ts';
import { answers, bootIdOf, type Machine, ownCpu } from './machine.ts';
import { messengerOf, pagerOf } from './people.ts';
import { startRouter } from './router.ts';
import { storeLink } from './store-link.ts';
import type { World } from './world.ts';

const linkOf = (world: World, strikes: Strikes, life: Life): PoolStore =>
  storeLink(life, {
    ...{ clock: world.clock, server: world.server, dice: world.dice.fork(life.name) },
    network: { isCut: (process) => world.isCut(process, 'redis'), strikes },
    staleMs: () => world.stale.get(life.name),
    onAttempt: (entries, letter) => world.mail.attempted(entries, letter),
    onCommit: (of, commit) => {
      if (commit.durable) world.durableIds.add(commit.id);
      world.observer.committing(of, commit);
    },
  });

const newProcess = (world: World, name: string, role: Role, node?: string): Life => {
  const life = newLife(name, role, node, world.clock);
  world.lives.get(name)?.kill();
  world.lives.set(name, life);
  world.tell(() => `${name} starts`);
  return life;
};

/** A log in which only what must never be said matters. */
const bugs = new Set(['step-failed', 'round-failed', 'leadership-failed', 'follower-listener-failed']);
const logOf = (world: World, life: Life): Log => {
  const write = (event: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (!life.alive()) return;
    world.tell(() => `${life.name} says ${event} ${JSON.stringify(fields ?? {})}`);
    if (bugs.has(event))
      world.observer.violate('no step fails by a bug', `${life.name}: ${event} ${JSON.stringify(fields)}`);
  };
  return { info: write, warn: write, error: write };
};

const newIds = (world: World, name: string) => {
  const chance = world.dice.fork(`ids of ${name} ${world.clock.wakings()}`);
  return (): string => {
    world.ids += 1;
    return `${chance.whole(0, 0xffffff).toString(16)}-${world.ids}`;
  };
};

export const startAgent = (world: World, strikes: Strikes, machine: Machine): void => {
  if (world.over || machine.power !== 'running') return;
  const life = newProcess(world, `agent ${machine.number}`, 'agent', machine.id);
  const parts = agentParts(world, strikes, life, machine);
  const options = {
    ...({ url: machine.url, service: 'meow', mode: 'act', beatMs: 2_000 } as const),
    ...{ poolDeadlineMs: 1_000, drainPollMs: 400, policy: world.schedule.policy },
  };
  const restart = (): void => {
    if (!life.alive() || machine.goingDown) return;
    life.kill();
    void world.clock.sleep(3_000).then(() => {
      if (world.lives.get(life.name) === life) world.startAgent(machine);
    });
  };
  runAgent(options, parts, life.death, () => undefined).then(restart, (error: unknown) => {
    const code = (error as { code?: string }).code;
    if (code !== 'agent-refused') world.observer.violate('no step fails by a bug', `${life.name}: ${String(error)}`);
    world.tell(() => `${life.name} ends: ${String(error)}`);
    restart();
  });
};

const agentParts = (world: World, strikes: Strikes, life: Life, machine: Machine): AgentParts => {
  const clock = clockOf(life, world.clock);
  const chance = world.dice.fork(life.name);
  const { told } = life;
  const nowMs = world.clock.monotonicMs;
  let measured = false;
  return {
    ...{ clock, store: linkOf(world, strikes, life), log: logOf(world, life) },
    machine: {
      instanceId: async () => machine.id,
      bootId: async () => bootIdOf(machine),
      establishedTo: async () => 0,
      shuttingDown: async () => machine.goingDown,
    },
    vitals: {
      measure: () =>
        callAs(life, 'measure', strikes, async (strike) => {
          const share = Math.min(1, ownCpu(machine) + world.observer.truth.loadOn(machine.id));
          const isKnown = measured && strike?.what !== 'lose' && !machine.unmeasurable;
          measured = true;
          told.cpu = { share: isKnown ? share : undefined, atMs: nowMs() };
          told.leaks = machine.leaks !== undefined;
          const uptimeSeconds = (nowMs() - machine.bootedAtMs) / 1_000;
          return {
            cpu: isKnown
              ? { kind: 'measured', share, source: 'host', overMs: 1_000 }
              : { kind: 'unknown', because: 'nothing to compare with yet' },
            memory: { kind: 'measured', usedShare: machine.leaks === undefined ? 0.3 : 0.99, totalBytes: 2 ** 30 },
            oom: { kind: 'measured', kills: 0 },
            pressure: { kind: 'measured', cpuShare: 0, memoryShare: 0, ioShare: 0 },
            disks: [],
            ...{ load: [0, 0, 0] as const, uptimeSeconds },
          };
        }),
    },
    probe: {
      check: ({ kind }) =>
        callAs(life, 'check', strikes, async (strike) => {
          await world.clock.sleep(chance.between(1, 60));
          const ok = answers(machine) && strike?.what !== 'lose';
          told.checks.set(kind, { ok, atMs: nowMs() });
          return { name: kind, ok, detail: ok ? 'as it should be' : 'no answer', ms: 1 };
        }),
    },
    power: world.region.powerFor(life),
    service: {
      restart: () =>
        callAs(life, 'restart', strikes, async (strike) => {
          await world.clock.sleep(chance.between(300, 2_500));
          if (strike?.what === 'lose') return { kind: 'failed', because: 'it was not restarted' };
          if (machine.leaks === 'restart') machine.leaks = undefined;
          return { kind: 'restarted', because: 'another process' };
        }),
    },
    evidence: fakeEvidence(),
    ...(world.schedule.sameCode === true ? { profiler: profilerOf(machine, clock) } : {}),
    ...{ random: chance.next, newId: newIds(world, life.name) },
    rounds: (tick, stopped) => void rounds(world, life, stopped, tick),
  };
};

/** Whoever is sick is in the same loop as all others that are. */
const profilerOf = (machine: Machine, clock: Clock): Profiler => {
  const profiler = fakeProfiler(clock);
  return {
    capture: (ask, limits) => {
      profiler.shows(machine.sick === undefined ? { 'main /srv/main.js:1:1': 2 } : { 'spin /srv/spin.js:1:1': 99 });
      return profiler.capture(ask, limits);
    },
  };
};

const roundMs = 2_500;
const rounds = async (world: World, life: Life, stopped: AbortSignal, tick: () => void): Promise<void> => {
  const clock = clockOf(life, world.clock);
  const chance = world.dice.fork(`rounds of ${life.name}`);
  const isOver = (): boolean => stopped.aborted || !life.alive();
  while (!isOver()) {
    await clock.sleep(roundMs * chance.between(0.9, 1.1), stopped);
    if (!isOver()) tick();
  }
};

export const beginController = (world: World, strikes: Strikes, number: number): void => {
  if (world.over) return;
  const life = newProcess(world, `controller ${number}`, 'controller');
  const chance = world.dice.fork(life.name);
  const setting = {
    ...{
      id: life.name,
      mode: 'act' as const,
      leaseMs: 5_000,
      roundMs: 2_000,
      poolDeadlineMs: 1_000,
      urlRules: { allowedNetworks: privateNetworks },
    },
    delivery: { pollMs: 2_500, paceMs: 10, deniedMs: 2_000, callMs: 2_000 },
    paging: { pollMs: 2_500, paceMs: 10, deniedMs: 2_000, callMs: 2_000 },
  };
  void startController(setting, {
    ...{ store: linkOf(world, strikes, life), log: logOf(world, life), clock: clockOf(life, world.clock) },
    ...{ random: chance.next, newId: newIds(world, life.name), messenger: messengerOf(world, strikes, life) },
    ...(world.schedule.pager === true ? { pager: pagerOf(world, strikes, life) } : {}),
    power: world.region.powerFor(life),
    reach: {
      ask: (url) =>
        callAs(life, 'reach', strikes, async (strike) => {
          await world.clock.sleep(chance.between(1, 500));
          const machine = world.region.machines.find((one) => one.url === url);
          const isReached = strike?.what !== 'lose' && !world.isCut(life.name, 'nodes');
          const isThere = machine !== undefined && answers(machine) && isReached;
          return isThere ? { kind: 'answers', detail: '200' } : { kind: 'silent', because: 'no answer' };
        }),
    },
  });
};

export const beginProxy = (world: World, strikes: Strikes, number: number): void => {
  if (world.over) return;
  const life = newProcess(world, `proxy ${number}`, 'proxy');
  const router = startRouter({
    ...{ life, clock: world.clock, store: linkOf(world, strikes, life), log: logOf(world, life) },
    dice: world.dice.fork(life.name),
    answers: (url) =>
      !world.isCut(life.name, 'nodes') &&
      world.region.machines.some((machine) => machine.url === url && answers(machine)),
  });
  world.routers.set(life.name, router);
};

export const byHand = async (world: World, decide: Decide): Promise<string> => {
  const { clock } = world;
  const life = newLife('ann', 'person', undefined, clock);
  const store = linkOf(world, () => undefined, life);
  const tries = { attempts: 5, clock, random: () => 0.5, newId: newIds(world, 'ann'), limits: { deadlineMs: 1_000 } };
  const outcome = await decideAndCommit(store, decide, tries).catch((error: unknown) => ({
    kind: 'away' as const,
    because: String(error),
  }));
  return outcome.kind === 'committed' ? 'done' : outcome.because;
};
