/** EC2, Slack and the pool's own load are in the way of a heal. One stage for all; each fault is undone by its test. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type FaultStage, quickPolicy, startFaultStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  // A stress process beside the app is all the load there is, so that all nodes may be hot at once for long.
  stage = await startFaultStage({ policy: { ...quickPolicy, evidence: { deadline: '1s' } } });
}, 120_000);
afterAll(async () => {
  await stage.stop();
}, 60_000);

const texts = (): readonly string[] => stage.cloud.slackMessages().map(({ text }) => text);

// A minute of throttling is the same loop of asking and waiting as twenty seconds of it.
test('EC2 throttles for twenty seconds: the heal waits, and goes on', async () => {
  const victim = stage.node(0);
  const throttled = stage.cloud.faults.inject({ kind: 'throttle-ec2', action: 'RebootInstances', forMs: 20_000 });
  const before = stage.reboots(victim);
  await stage.harm(victim);
  await stage.healed(victim, before);
  expect(stage.reboots(victim) - before).toBe(1);
  const calls = stage.cloud.calls().filter(({ name }) => name === 'RebootInstances');
  expect(calls.length).toBeGreaterThan(1);
  stage.cloud.faults.undo(throttled.id);
}, 240_000);

test('Slack is down for the length of a heal: healed all the same, and all is told afterwards, once', async () => {
  const victim = stage.node(1);
  const told = stage.cloud.slackMessages().length;
  const down = stage.cloud.faults.inject({ kind: 'slack-down' });
  const before = stage.reboots(victim);
  await stage.harm(victim);
  await stage.healed(victim, before);
  expect(stage.cloud.slackMessages()).toHaveLength(told);
  const waiting = await stage.store.outboxCounts({ deadlineMs: 5_000 });
  expect(waiting.waiting).toBeGreaterThan(3);
  stage.cloud.faults.undo(down.id);
  const delivered = async () => (await stage.store.outboxCounts({ deadlineMs: 5_000 })).waiting === 0;
  await eventually('that all has been delivered', delivered, 90_000);
  const counts = await stage.store.outboxCounts({ deadlineMs: 5_000 });
  expect(counts).toMatchObject({ delivered: counts.written, lost: 0 });
  const said = texts().slice(told).join('\n');
  for (const step of ['sick', 'drained', 'reboot']) expect(said).toContain(step);
  expect(said.match(/serves again after/g)).toHaveLength(1);
}, 240_000);

test('all nodes are hot at once: that is load, nothing is rebooted, and Slack says why', async () => {
  const before = stage.cloud.instances.map(stage.reboots);
  const told = texts().length;
  await Promise.all(stage.cloud.instances.map(stage.harm));
  await eventually(
    'that Slack says why',
    () =>
      texts()
        .slice(told)
        .some((text) => /heat|hot/.test(text)),
    60_000,
  );
  expect(stage.cloud.instances.map(stage.reboots)).toEqual(before);
  const { live } = await stage.store.view({ deadlineMs: 5_000 });
  expect(live).toHaveLength(stage.cloud.instances.length);
}, 120_000);
