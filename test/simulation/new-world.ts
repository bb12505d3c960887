/*
 * A pool in virtual time: the production agents, controllers and routers on machines, a Redis, an EC2 and a Slack that do
 * as the schedule says.
 */
import { newMemoryPager } from '../../monkey/pager/memory-pager.ts';
import { newMemoryMessenger } from '../../monkey/slack/memory-messenger.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import { dice } from './dice.ts';
import type { Life } from './life.ts';
import { bootIdOf } from './machine.ts';
import { newMail } from './mail.ts';
import { type Law, newObserver, type Tell } from './observer.ts';
import { beginController, beginProxy, byHand, startAgent } from './processes.ts';
import { newRegion } from './region.ts';
import type { Schedule, Strike } from './schedule.ts';
import { simClock } from './sim-clock.ts';
import { cutOf, type World } from './world.ts';

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
    isCut: (process) => world.isCut(process, 'ec2'),
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
    world.mail.written();
  };
  const world: World = {
    ...{ schedule, clock, server, region, observer, tell, dice: chance, waiting },
    messenger: newMemoryMessenger(),
    pager: newMemoryPager(),
    mail: newMail(server),
    cuts: new Set(),
    isCut: (process, from) => world.cuts.has(cutOf(process, from)),
    stale: new Map(),
    lives: new Map(),
    durableIds: new Set(),
    routers: new Map(),
    ...{
      slackTrouble: undefined,
      pagerTrouble: undefined,
      loadTimes: 1,
      redisOffsetMs: 0,
      leapt: false,
      durable: 0,
      over: false,
      ids: 0,
    },
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
