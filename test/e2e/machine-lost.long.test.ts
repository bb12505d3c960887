/** Machines that do not come back from their reboots, and one that hangs as a whole: the controller's ladder on real parts. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LocalInstance } from '../../infra/local-cloud/local-cloud.ts';
import { eventually } from '../support/eventually.ts';
import { type FaultStage, quickRescue, startFaultStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await startFaultStage({ nodes: 4, policy: quickRescue });
}, 120_000);
afterAll(async () => {
  await stage.stop();
}, 60_000);

const powerCalls = ({ id }: LocalInstance): readonly string[] =>
  stage.cloud
    .calls()
    .filter(({ name, instances }) => instances.includes(id) && /^(Reboot|Stop|Start)Instances$/.test(name))
    .map(({ name }) => name);

const newestIncident = async ({ id }: LocalInstance) =>
  (await stage.store.incidents(10, { deadlineMs: 5_000 })).find(({ node }) => node === id);

const ladder = ['RebootInstances', 'RebootInstances', 'StopInstances', 'StartInstances'];

test('a machine that hangs as a whole is lost, and rebooted by the controller', async () => {
  const victim = stage.node(0);
  const lost = stage.happens('lost', victim);
  if (victim.group === undefined) throw new Error('the machine is down');
  process.kill(-victim.group, 'SIGSTOP');
  await lost;
  expect((await stage.store.view({ deadlineMs: 5_000 })).live).not.toContain(victim.url);
  await stage.healed(victim, 0);
  expect(powerCalls(victim)).toEqual(['RebootInstances']);
  const incident = await newestIncident(victim);
  expect(incident?.outcome).toBe('healed');
  expect(incident?.entries.map(({ step }) => step)).toEqual(
    expect.arrayContaining(['lost', 'rebooting', 'rebooted', 'back']),
  );
}, 120_000);

test('a machine that returns from no reboot is rebooted again, then stopped and started, and serves', async () => {
  const victim = stage.node(1);
  // The reboot that its agent asks for, and the one that the controller asks for.
  stage.cloud.faults.inject({ kind: 'never-returns', instance: victim.id, times: 2 });
  await stage.harm(victim);
  await stage.healed(victim, 1);
  expect(powerCalls(victim)).toEqual(ladder);
  expect(await newestIncident(victim)).toMatchObject({ outcome: 'healed' });
}, 180_000);

test('a machine that never returns is quarantined, and a human is called in Slack and by the pager', async () => {
  const victim = stage.node(2);
  const fault = stage.cloud.faults.inject({ kind: 'never-returns', instance: victim.id });
  const quarantined = stage.happens('quarantined', victim);
  await stage.harm(victim);
  expect((await quarantined).because).toContain('it was stopped and started');
  expect(powerCalls(victim)).toEqual(ladder);
  const { text } = await stage.told(new RegExp(`${victim.id}.* is quarantined`));
  expect(text).toContain('<!here>');
  const incident = await newestIncident(victim);
  const rings = (): boolean =>
    stage.cloud.pagerAlarms().some(({ key, state }) => key === incident?.id && state === 'ringing');
  await eventually('that the pager rings for its incident', rings, 60_000);
  // Its late return does not bring it back: only a human does.
  const booted = stage.cloud.untilLife(({ kind, instance }) => kind === 'booted' && instance === victim.id, {
    deadlineMs: 30_000,
  });
  stage.cloud.faults.undo(fault.id);
  await booted;
  await stage.watcher.until(
    'that its agent beats',
    ({ seen, nowMs }) => nowMs - (seen.get(victim.id) ?? 0) < 2_000,
    30_000,
  );
  const view = await stage.store.view({ deadlineMs: 5_000 });
  expect(view.nodes.get(victim.id)?.state).toBe('quarantined');
  expect(view.live).not.toContain(victim.url);
}, 180_000);
