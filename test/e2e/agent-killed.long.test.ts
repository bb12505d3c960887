/**
 * SIGKILL of the agent in each step of a treatment, on real parts: the step is hit by watching the event stream.
 * However it is hit, the node ends back in service, listed once, after exactly one reboot.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FaultStage, startFaultStage } from './stage.ts';

const steps = ['admitted', 'drained', 'rebooting', 'rebooted', 'back'];

let stage: FaultStage;
beforeAll(async () => {
  // A node of its own for each step: a reboot that did not cure for long is not tried again the same day.
  stage = await startFaultStage({ nodes: steps.length });
}, 120_000);
afterAll(async () => {
  await stage.stop();
}, 60_000);

test.each(steps.map((what, index) => ({ what, index })))(
  'an agent killed at "$what" goes on from the record: one reboot, back in service once',
  async ({ what, index }) => {
    const victim = stage.node(index);
    const reached = stage.happens(what, victim);
    await stage.harm(victim);
    await reached;
    await stage.signalAgent(victim, 'SIGKILL');
    await stage.healed(victim, 0);
    expect(stage.reboots(victim)).toBe(1);
    const incidents = await stage.store.incidents(10, { deadlineMs: 5_000 });
    expect(incidents.find(({ node }) => node === victim.id)?.outcome).toBe('healed');
  },
  180_000,
);

test('no request was lost meanwhile', async () => {
  const { sent, ok, failures } = await stage.requests();
  expect(failures).toEqual([]);
  expect(ok).toBe(sent);
}, 30_000);
