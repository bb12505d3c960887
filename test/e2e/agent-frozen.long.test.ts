/**
 * SIGSTOP of the agent in each step of a treatment, then SIGCONT: it goes on, or finds that the world has, and the node
 * ends in service after exactly one reboot. And for long while the node serves: a human is called, and it keeps serving.
 * A client that sends all the while sees nothing of either.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../pool/clock.ts';
import { type FaultStage, quickPolicy, startFaultStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  // A node of its own for each step: a reboot that did not cure for long is not tried again the same day.
  stage = await startFaultStage({ nodes: 4, policy: { ...quickPolicy, silence: { after: '4s' } } });
}, 120_000);
afterAll(async () => {
  await stage.stop();
}, 60_000);

test.each(['admitted', 'drained', 'rebooting', 'rebooted'].map((what, index) => ({ what, index })))(
  'an agent frozen at "$what" goes on after the thaw: one reboot, back in service once',
  async ({ what, index }) => {
    const victim = stage.node(index);
    const before = stage.reboots(victim);
    const reached = stage.happens(what, victim);
    await stage.harm(victim);
    await reached;
    await stage.signalAgent(victim, 'SIGSTOP');
    // The freeze is a length of time; nothing tells of its end but we.
    await systemClock.sleep(3_000);
    await stage.signalAgent(victim, 'SIGCONT');
    await stage.healed(victim, before);
    expect(stage.reboots(victim) - before).toBe(1);
    const [incident] = (await stage.store.incidents(10, { deadlineMs: 5_000 })).filter(
      ({ node }) => node === victim.id,
    );
    expect(incident?.outcome).toBe('healed');
  },
  180_000,
);

test('an agent that hangs while its app answers: a human is called, the node keeps serving, and is heard again', async () => {
  const hung = stage.node(0);
  const before = stage.reboots(hung);
  await stage.signalAgent(hung, 'SIGSTOP');
  const { text } = await stage.told(new RegExp(`${hung.id}: its agent has not beaten .* it keeps serving`));
  expect(text).toContain('<!here>');
  const { live } = await stage.store.view({ deadlineMs: 5_000 });
  await stage.signalAgent(hung, 'SIGCONT');
  expect(live).toContain(hung.url);
  await stage.told(new RegExp(`${hung.id}: its agent beats again`));
  expect(stage.reboots(hung)).toBe(before);
  const records = (await stage.store.view({ deadlineMs: 5_000 })).nodes;
  expect(records.get(hung.id)?.state).toBe('serving');
}, 120_000);

test('no request was lost meanwhile', async () => {
  const { sent, ok, failures } = await stage.requests();
  expect(failures).toEqual([]);
  expect(ok).toBe(sent);
}, 30_000);
