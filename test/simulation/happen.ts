/** Makes happen what a schedule says, and what follows from it by itself. */
import { drain } from '../../monkey/doctor/hand/drain.ts';
import { leave } from '../../monkey/doctor/hand/leave.ts';
import { pause, resume } from '../../monkey/doctor/hand/lever.ts';
import { readmit } from '../../monkey/doctor/hand/readmit.ts';
import { reboot } from '../../monkey/doctor/hand/reboot.ts';
import type { Decide } from '../../pool/decision.ts';
import type { Machine } from './machine.ts';
import type { Happening } from './schedule.ts';
import { rebootedBefore } from './spent.ts';
import { cutOf, type World } from './world.ts';

export const happen = async (world: World, happening: Happening): Promise<void> => {
  world.tell(() => `* ${JSON.stringify(happening)}`);
  switch (happening.kind) {
    case 'sick':
      return onMachine(world, happening.node, (machine) => {
        machine.sick = happening.until;
        if (happening.until === 'by-itself')
          void after(world, 15_000, () => {
            if (machine.sick === 'by-itself') machine.sick = undefined;
          });
      });
    case 'leaks':
      return onMachine(world, happening.node, (machine) => {
        machine.leaks = happening.until;
      });
    case 'app-breaks':
      return onMachine(world, happening.node, (machine) => {
        machine.app = happening.until;
        if (happening.until === 'by-itself')
          void after(world, 12_000, () => {
            if (machine.app === 'by-itself') machine.app = 'well';
          });
      });
    case 'unmeasurable':
      return onMachine(world, happening.node, (machine) => {
        machine.unmeasurable = true;
        void after(world, happening.forMs, () => (machine.unmeasurable = false));
      });
    case 'crash':
      return crash(world, happening.process);
    case 'stop':
      world.lives.get(happening.process)?.stopFor(happening.forMs);
      return;
    case 'machine-dies':
      return onMachine(world, happening.node, (machine) => {
        machine.power = 'dead';
        machine.mends = happening.mends;
        world.lives.get(`agent ${machine.number}`)?.kill();
      });
    case 'machine-boots':
      return onMachine(world, happening.node, (machine) => {
        bootGently(world, machine);
      });
    case 'terminated':
      return onMachine(world, happening.node, (machine) => {
        machine.power = 'terminated';
        world.lives.get(`agent ${machine.number}`)?.kill();
      });
    case 'goes-down':
      return onMachine(world, happening.node, (machine) => goDown(world, machine, happening));
    case 'rebooted-before':
      return onMachine(world, happening.node, ({ id }) => void world.byHand(rebootedBefore(id, happening.agoMs)));
    case 'load':
      world.loadTimes = happening.times;
      return after(world, happening.forMs, () => (world.loadTimes = 1));
    case 'redis-away':
      world.server.goAway();
      return after(world, happening.forMs, () => world.server.comeBack());
    case 'redis-empty':
      world.server.restartEmpty();
      world.durable = 0;
      world.observer.dataReplaced();
      world.mail.replaced();
      return;
    case 'failover':
      failOver(world, happening.loses);
      return;
    case 'replica-silent':
      if (!world.schedule.replica) return;
      world.server.replica = 'silent';
      return after(world, happening.forMs, () => (world.server.replica = 'answers'));
    case 'cut':
      return cut(world, happening);
    case 'stale':
      world.stale.set(happening.process, happening.keptMs);
      return after(world, happening.forMs, () => world.stale.delete(happening.process));
    case 'pager':
      world.pagerTrouble = happening.trouble;
      return after(world, happening.forMs, () => (world.pagerTrouble = undefined));
    case 'ec2-says':
      return onMachine(world, happening.node, (machine) => {
        machine.lies = happening.says;
        void after(world, happening.forMs, () => (machine.lies = undefined));
      });
    case 'leap':
      world.redisOffsetMs += happening.ms;
      world.leapt = true;
      return;
    case 'slack':
      world.slackTrouble = happening.trouble;
      return after(world, happening.forMs, () => (world.slackTrouble = undefined));
    case 'ec2':
      world.region.trouble = happening.trouble;
      return after(world, happening.forMs, () => (world.region.trouble = undefined));
    case 'hand':
      return order(world, happening);
    case 'strike':
      world.waiting.push({ happening, left: happening.nth });
      return;
  }
};

const after = async ({ clock }: World, ms: number, act: () => unknown): Promise<void> => {
  await clock.sleep(ms);
  act();
};

const onMachine = async (world: World, number: number, act: (machine: Machine) => void): Promise<void> => {
  const machine = world.region.machines[number - 1];
  if (machine !== undefined && machine.power !== 'terminated') act(machine);
};

/** Somebody stops or terminates it; its programs run on until it is down, and nobody tells them. */
const goDown = (world: World, machine: Machine, { to, forMs }: Extract<Happening, { kind: 'goes-down' }>): void => {
  if (machine.power !== 'running') return;
  machine.says = to === 'stopped' ? 'stopping' : 'shutting-down';
  void after(world, forMs, () => {
    machine.says = undefined;
    if (machine.power === 'terminated') return;
    machine.power = to;
    world.lives.get(`agent ${machine.number}`)?.kill();
  });
};

/** An operator's reboot: the agent may say farewell, and does not get long to do it. */
const bootGently = (world: World, machine: Machine): void => {
  if (machine.power !== 'running') return;
  machine.goingDown = true;
  void after(world, 4_000, () => world.region.boot(machine, 'reboot'));
};

const cut = (world: World, { process, from = 'redis', forMs }: Extract<Happening, { kind: 'cut' }>): Promise<void> => {
  world.cuts.add(cutOf(process, from));
  if (from === 'redis') world.server.breakConnections();
  return after(world, forMs, () => world.cuts.delete(cutOf(process, from)));
};

/** What looks after processes starts them again. */
const crash = async (world: World, name: string): Promise<void> => {
  world.lives.get(name)?.kill();
};

/** Starts again whatever is dead and should not be; systemd's part. */
export const startTheDead = (world: World): void => {
  for (const machine of world.region.machines) {
    const life = world.lives.get(`agent ${machine.number}`);
    if (machine.power === 'running' && !machine.goingDown && life?.alive() !== true) world.startAgent(machine);
  }
  for (let number = 1; number <= world.schedule.controllers; number += 1)
    if (world.lives.get(`controller ${number}`)?.alive() !== true) world.startController(number);
  for (let number = 1; number <= world.schedule.proxies; number += 1)
    if (world.lives.get(`proxy ${number}`)?.alive() !== true) world.startProxy(number);
};

/** A replica becomes the master: what it had not got by then is lost, but never what a commit has waited for. */
const failOver = (world: World, wanted: number): void => {
  const { server, observer } = world;
  if (!world.schedule.replica) return;
  const loses = Math.min(wanted, server.data.version - world.durable);
  server.breakConnections();
  if (loses <= 0) return;
  world.tell(() => `a failover loses the last ${loses} commits`);
  server.loseLast(loses);
  observer.dataReplaced();
  world.mail.replaced();
};

const order = async (
  world: World,
  { order: what, node, forMs }: Extract<Happening, { kind: 'hand' }>,
): Promise<void> => {
  const id = world.region.machines[node - 1]?.id ?? '';
  const given = { node: id, by: 'ann', because: 'a release', force: false };
  const decides: Readonly<Record<typeof what, Decide>> = {
    drain: drain(given),
    readmit: readmit(given),
    leave: leave(given),
    reboot: reboot(given),
    pause: pause({ by: 'ann', because: 'a release', forMs, force: false }),
    resume: resume({ by: 'ann' }),
  };
  const said = await world.byHand(decides[what]);
  world.tell(() => `ann's ${what} ${id}: ${said}`);
};
