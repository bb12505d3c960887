/*
 * Runs a schedule: things happen, then all faults stop, and within a bound everything must be well again.
 */

import { happen, startTheDead } from './happen.ts';
import { laws } from './laws.ts';
import { newWorld } from './new-world.ts';
import type { Law, Tell, Violation } from './observer.ts';
import type { Schedule } from './schedule.ts';
import type { World } from './world.ts';

export interface Run {
  readonly violation: Violation | undefined;
  /** Virtual time that passed, in milliseconds. */
  readonly lastedMs: number;
  /** What was seen, for a summary. */
  readonly counts: {
    readonly commits: number;
    readonly admitted: number;
    readonly calls: number;
    readonly notices: number;
    readonly wakings: number;
  };
}

/** Once faults have stopped everything must be well within this time. */
const boundMs = 420_000;
const lookEveryMs = 2_000;

export const runSchedule = async (
  schedule: Schedule,
  tell: Tell = () => undefined,
  asked: readonly Law[] = laws,
): Promise<Run> => {
  const world = newWorld(schedule, asked, (line) =>
    tell(() => `${(world.clock.monotonicMs() / 1_000).toFixed(3).padStart(9)}  ${line()}`),
  );
  const { clock, observer } = world;
  const over = (): boolean => observer.violation() !== undefined;
  watchCounts(world);
  startTheDead(world);
  for (const happening of schedule.happenings) {
    await runTo(world, happening.atMs, over);
    if (over()) break;
    void happen(world, happening);
  }
  await runTo(world, schedule.forMs, over);
  if (!over()) {
    calm(world);
    const endMs = clock.monotonicMs() + boundMs;
    for (let unsettled = whatIsLeft(world); unsettled !== undefined && !over(); unsettled = whatIsLeft(world)) {
      if (clock.monotonicMs() >= endMs) observer.violate(unsettled.law, unsettled.because);
      else await runTo(world, clock.monotonicMs() + lookEveryMs, over);
    }
  }
  end(world);
  const { version, written } = world.server.data;
  return {
    violation: observer.violation(),
    lastedMs: clock.monotonicMs(),
    counts: { commits: version, ...counted(world), notices: written, wakings: clock.wakings() },
  };
};

/** Lets time pass, and starts again what has died, as systemd would. */
const runTo = async (world: World, atMs: number, over: () => boolean): Promise<void> => {
  const { clock } = world;
  while (clock.monotonicMs() < atMs && !over()) {
    await clock.runUntil(Math.min(atMs, clock.monotonicMs() + 2_500), over);
    startTheDead(world);
  }
};

const tallies = new WeakMap<World, { admitted: number }>();
const watchCounts = (world: World): void => {
  const tally = { admitted: 0 };
  tallies.set(world, tally);
  const applied = world.server.onCommit;
  world.server.onCommit = (id) => {
    const { server } = world;
    applied(id);
    const what = server.data.events.at(-1)?.fields[9];
    if (what === 'admitted') tally.admitted += 1;
  };
};
const counted = (world: World) => ({ admitted: tallies.get(world)?.admitted ?? 0, calls: world.region.sent.length });

/** All faults stop: what is still to come of them does not come any more. */
const calm = (world: World): void => {
  world.tell(() => '* all faults stop');
  world.waiting.length = 0;
  world.cuts.clear();
  world.slackTrouble = undefined;
  world.pagerTrouble = undefined;
  world.stale.clear();
  world.region.trouble = undefined;
  world.loadTimes = 1;
  world.server.comeBack();
  if (world.schedule.replica) world.server.replica = 'answers';
  for (const machine of world.region.machines) {
    if (machine.sick === 'by-itself' || machine.sick === 'reboot') machine.sick = undefined;
    if (machine.app === 'by-itself') machine.app = 'well';
    machine.lies = undefined;
  }
};

const atRest: readonly string[] = ['serving', 'quarantined', 'held', 'left'];

/** What is not yet as it must be in the end. */
const whatIsLeft = (world: World): { law: string; because: string } | undefined => {
  const { server, region, observer, schedule, messenger } = world;
  const ends = 'every node ends serving, quarantined or held once faults stop';
  if (server.data.leader === undefined && schedule.controllers > 0) return { law: ends, because: 'nobody leads' };
  for (const machine of region.machines) {
    const record = observer.truth.history.get(machine.id)?.at(-1);
    const state = record?.toMs === Number.POSITIVE_INFINITY ? record.record.state : undefined;
    const isGone = machine.power !== 'running' && machine.power !== 'booting';
    // Nobody looks after the dead without a controller; what it has found gone leaves the pool.
    if (isGone && (schedule.controllers === 0 || state === undefined)) continue;
    if (state === undefined && !isGone) return { law: ends, because: `${machine.id} is not in the pool` };
    if (state === undefined || atRest.includes(state)) continue;
    // A human's hold keeps it in the pool, and people are told that its machine is no more.
    if (machine.power === 'terminated' && record?.record.heldBy !== undefined) continue;
    // What we have stopped is asked to start for as long as it takes; where too few serve it is not quarantined meanwhile.
    if (isGone && state === 'rebooting' && record?.record.call === 'start' && tooFewServe(world)) continue;
    // Dead, and every remedy is spent: where too few serve it is not quarantined either, as long as people were told so.
    if (isGone && tooFewServe(world) && wasToldOf(world, machine.id, /"not-quarantined"/)) continue;
    // EC2 no longer knows most of the pool: that is not believed, and people were told.
    if (machine.power === 'terminated' && mostAreTerminated(world) && wasToldOf(world, machine.id, /"not-rescued-ec2/))
      continue;
    if (isExcused(state, machine.app) || (isGone && (isRefused(world, machine.id) || mostAreGone(world)))) continue;
    return { law: ends, because: `${machine.id} is ${state}: ${record?.record.because ?? ''}` };
  }
  if (server.data.lost + server.data.pagesLost > 0)
    return { law: 'no notice is lost', because: `${server.data.lost} notices and ${server.data.pagesLost} pages are` };
  if (schedule.controllers > 0 && server.data.outbox.length + server.data.pages.length > 0)
    return {
      law: 'every notice written is delivered once faults stop',
      because: `${server.data.outbox.length} and ${server.data.pages.length} pages wait, ${messenger.posted.length} were posted`,
    };
  const pager = schedule.pager === true ? world.pager : undefined;
  const undelivered =
    schedule.controllers === 0 ? undefined : world.mail.trouble({ messenger, pager, timesMost: timesMostOf(schedule) });
  return undelivered === undefined
    ? undefined
    : { law: 'every notice written is delivered once faults stop', because: undelivered };
};

/** Each of these may cost one notice a second post: between the first and its record somebody dies, is late or forgets. */
const doubling: readonly string[] = ['crash', 'stop', 'strike', 'cut', 'redis-away', 'redis-empty', 'failover', 'leap'];
const timesMostOf = ({ happenings }: Schedule): number =>
  1 + happenings.filter(({ kind }) => doubling.includes(kind)).length;

/** Whoever is called serving but is dead, since no more may be taken out, does not count. */
const tooFewServe = ({ observer: { truth }, region }: World): boolean => {
  const serving = region.machines.filter(({ id, power }) => {
    const last = truth.history.get(id)?.at(-1);
    return power === 'running' && last?.toMs === Number.POSITIVE_INFINITY && last.record.state === 'serving';
  });
  return serving.length < truth.policy().limits.minServing;
};

/** Whoever can't pass its checks may go on being checked where the pool cannot spare it. */
const isExcused = (state: string, app: string): boolean =>
  state === 'checking' && (app === 'for-ever' || app === 'boot');

/** Whom guards do not let be rescued that do not let go within a run waits for them, as long as people were told so. */
const isRefused = (world: World, node: string): boolean =>
  wasToldOf(world, node, /"not-rescued-[^"]*(window|budget|cooldown|half)/);

const wasToldOf = ({ server }: World, node: string, step: RegExp): boolean =>
  [...server.data.incidents.values()].some(
    ({ head, entries }) => head.includes(`"${node}"`) && entries.some((entry) => step.test(entry)),
  );

/** More than half of the pool is dead: hands off, and a human was paged. */
const mostAreGone = ({ region, observer }: World): boolean => {
  const stays = region.machines.flatMap((machine) => {
    const last = observer.truth.history.get(machine.id)?.at(-1);
    const inPool =
      last?.toMs === Number.POSITIVE_INFINITY && !['held', 'quarantined', 'left'].includes(last.record.state);
    return inPool ? [machine.power === 'running' || machine.power === 'booting'] : [];
  });
  return stays.filter((lives) => !lives).length * 2 > stays.length;
};

/** Held ones too are of the pool whose machines EC2 is asked about. */
const mostAreTerminated = ({ region, observer }: World): boolean => {
  const members = region.machines.filter(({ id }) => {
    const last = observer.truth.history.get(id)?.at(-1);
    return last?.toMs === Number.POSITIVE_INFINITY && last.record.state !== 'left';
  });
  return members.filter(({ power }) => power === 'terminated').length * 2 > members.length;
};

const end = (world: World): void => {
  world.over = true;
  for (const life of world.lives.values()) life.kill();
};
