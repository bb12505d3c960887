/*
 * A pool in virtual time: the production agents, controllers and routers on machines, a Redis, an EC2 and a Slack that do
 * as the schedule says.
 */
import { runAgent } from '../../monkey/agent/agent.ts';
import type { AgentParts } from '../../monkey/agent/parts.ts';
import { startController } from '../../monkey/controller/wiring.ts';
import { fakeEvidence } from '../../monkey/host/fake-evidence.ts';
import { type MemoryMessenger, newMemoryMessenger } from '../../monkey/slack/memory-messenger.ts';
import { decideAndCommit } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import type { Log } from '../../pool/log.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import type { PoolStore } from '../../pool/store.ts';
import { privateNetworks } from '../../pool/url-allowed.ts';
import { type Dice, dice } from './dice.ts';
import { callAs, clockOf, type Life, newLife, type Role } from './life.ts';
import { answers, bootIdOf, type Machine, ownCpu } from './machine.ts';
import { type Law, newObserver, type Observer, type Tell } from './observer.ts';
import { newRegion, type Region } from './region.ts';
import { type SimRouter, startRouter } from './router.ts';
import type { Happening, Schedule, Strike } from './schedule.ts';
import { type SimClock, simClock } from './sim-clock.ts';
import { storeLink } from './store-link.ts';

export interface World {
  readonly schedule: Schedule;
  readonly clock: SimClock;
  readonly server: MemoryServer;
  readonly region: Region;
  readonly observer: Observer;
  readonly messenger: MemoryMessenger;
  readonly tell: Tell;
  readonly dice: Dice;
  readonly cuts: Set<string>;
  readonly lives: Map<string, Life>;
  /** Strikes that wait for their call. */
  readonly waiting: { readonly happening: Extract<Happening, { kind: 'strike' }>; left: number }[];
  slackTrouble: 'away' | 'limited' | 'loses-replies' | undefined;
  loadTimes: number;
  redisOffsetMs: number;
  /** Redis TIME has leapt at least once. */
  leapt: boolean;
  /** The last version that a replica is known to have. */
  durable: number;
  /** Commits that wait for a replica. */
  readonly durableIds: Set<string>;
  readonly startAgent: (machine: Machine) => void;
  readonly startController: (number: number) => void;
  readonly startProxy: (number: number) => void;
  readonly byHand: (decide: Decide) => Promise<string>;
  readonly routers: Map<string, SimRouter>;
  /** Nothing starts any more. */
  over: boolean;
  /** Ids given out so far. */
  ids: number;
}

/** Redis TIME when a run begins: a Tuesday, noon UTC. */
const beginsMs = Date.UTC(2030, 0, 1, 12);

export const newWorld = (schedule: Schedule, laws: readonly Law[], tell: Tell): World => {
  const chance = dice(schedule.seed).fork('world');
  const clock = simClock();
  const server = new MemoryServer('web', {
    clock,
    now: () => beginsMs + world.redisOffsetMs + Math.round(clock.monotonicMs()),
    // To remember costs a copy of all data with each commit.
    ...(schedule.happenings.some(({ kind }) => kind === 'failover') ? {} : { remembers: 0 }),
  });
  if (schedule.replica) server.replica = 'answers';
  const waiting: World['waiting'] = [];
  const strikes = newStrikes(waiting, tell);
  const region = newRegion(schedule.nodes, {
    ...{ clock, strikes, dice: chance.fork('region'), redisLeapt: () => world.leapt },
    onDown: (machine) => {
      tell(() => `${machine.id} goes down`);
      world.lives.get(`agent ${machine.number}`)?.kill();
    },
    onUp: (machine) => {
      tell(() => `${machine.id} is up: ${bootIdOf(machine)}${machine.sick === undefined ? '' : ', still sick'}`);
      world.startAgent(machine);
    },
    onCall: (call) => observer.called(call),
  });
  const routersOf = (id: string): readonly string[] =>
    [...world.routers.values()].filter((router) => router.members().includes(id)).map(({ life }) => life.name);
  const wholeLoad = (): number => schedule.load * schedule.nodes * world.loadTimes;
  const loadOn = (id: string): number => {
    const routers = [...world.routers.values()].map((router) => router.members()).filter(({ length }) => length > 0);
    const shares = routers.map((members) => (members.includes(id) ? 1 / members.length : 0));
    if (routers.length > 0) return (wholeLoad() * shares.reduce((sum, share) => sum + share, 0)) / routers.length;
    const { live } = server.data;
    return live.includes(region.machine(id)?.url ?? '') ? wholeLoad() / live.length : 0;
  };
  const observer = newObserver({ schedule, clock, server, region, loadOn, wholeLoad, routersOf }, laws, tell);
  server.onCommit = (id) => {
    if (server.replica === 'answers' && world.durableIds.has(id)) world.durable = server.data.version;
    observer.applied(id);
  };
  const world: World = {
    ...{ schedule, clock, server, region, observer, tell, dice: chance, waiting },
    messenger: newMemoryMessenger(),
    cuts: new Set(),
    lives: new Map(),
    durableIds: new Set(),
    routers: new Map(),
    ...{ slackTrouble: undefined, loadTimes: 1, redisOffsetMs: 0, leapt: false, durable: 0, over: false, ids: 0 },
    startAgent: (machine) => startAgent(world, strikes, machine),
    startController: (number) => beginController(world, strikes, number),
    startProxy: (number) => beginProxy(world, strikes, number),
    byHand: (decide) => byHand(world, decide),
  };
  return world;
};

const newStrikes =
  (waiting: World['waiting'], tell: Tell) =>
  (life: Life, call: string): Strike | undefined => {
    for (const [index, one] of waiting.entries()) {
      if (one.happening.process !== life.name || one.happening.call !== call) continue;
      one.left -= 1;
      if (one.left > 0) continue;
      waiting.splice(index, 1);
      const { strike } = one.happening;
      tell(() => `${life.name}: ${call} is struck at its ${strike.at}: ${strike.what} ${strike.ms} ms`);
      return strike;
    }
    return undefined;
  };

type Strikes = ReturnType<typeof newStrikes>;

const linkOf = (world: World, strikes: Strikes, life: Life): PoolStore =>
  storeLink(life, {
    ...{ clock: world.clock, server: world.server, dice: world.dice.fork(life.name) },
    network: { isCut: (process) => world.cuts.has(process), strikes },
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

const startAgent = (world: World, strikes: Strikes, machine: Machine): void => {
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
    ...{ random: chance.next, newId: newIds(world, life.name) },
    rounds: (tick, stopped) => void rounds(world, life, stopped, tick),
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

const beginController = (world: World, strikes: Strikes, number: number): void => {
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
  };
  void startController(setting, {
    ...{ store: linkOf(world, strikes, life), log: logOf(world, life), clock: clockOf(life, world.clock) },
    ...{ random: chance.next, newId: newIds(world, life.name), messenger: messengerOf(world, strikes, life) },
    power: world.region.powerFor(life),
    reach: {
      ask: (url) =>
        callAs(life, 'reach', strikes, async (strike) => {
          await world.clock.sleep(chance.between(1, 500));
          const machine = world.region.machines.find((one) => one.url === url);
          const isThere = machine !== undefined && answers(machine) && strike?.what !== 'lose';
          return isThere ? { kind: 'answers', detail: '200' } : { kind: 'silent', because: 'no answer' };
        }),
    },
  });
};

const messengerOf = (world: World, strikes: Strikes, life: Life): MemoryMessenger => {
  const { messenger } = world;
  return {
    ...messenger,
    post: (letter, limits) =>
      callAs(life, 'post', strikes, async (strike) => {
        await world.clock.sleep(5);
        const trouble = world.slackTrouble;
        if (trouble === 'limited') return { kind: 'limited', retryAfterMs: 1_000 };
        if (trouble === 'away' || (strike?.at === 'sending' && strike.what === 'lose'))
          return { kind: 'away', because: 'no answer' };
        const answer = await messenger.post(letter, limits);
        const isLost = trouble === 'loses-replies' || strike?.what === 'lose';
        return isLost && answer.kind === 'posted' ? { kind: 'away', because: 'its reply was lost' } : answer;
      }),
    find: (sought, limits) =>
      callAs(life, 'post', strikes, async () =>
        world.slackTrouble === 'away' ? { kind: 'away', because: 'no answer' } : messenger.find(sought, limits),
      ),
  };
};

const beginProxy = (world: World, strikes: Strikes, number: number): void => {
  if (world.over) return;
  const life = newProcess(world, `proxy ${number}`, 'proxy');
  const router = startRouter({
    ...{ life, clock: world.clock, store: linkOf(world, strikes, life), log: logOf(world, life) },
    dice: world.dice.fork(life.name),
    answers: (url) => world.region.machines.some((machine) => machine.url === url && answers(machine)),
  });
  world.routers.set(life.name, router);
};

const byHand = async (world: World, decide: Decide): Promise<string> => {
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
