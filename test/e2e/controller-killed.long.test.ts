/**
 * SIGKILL of the leading controller in the middle of a rescue: another leads soon, finds in the record what was
 * begun, and finishes it without a second reboot while the first may still be under way.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LocalInstance } from '../../infra/local-cloud/local-cloud.ts';
import { type FaultStage, quickRescue, startFaultStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  // The settle time is longer than a boot, so that a call that was made has its effect before it is asked for again.
  const policy = { ...quickRescue, reboot: { settle: '12s', deadline: '60s' } };
  stage = await startFaultStage({ policy, controllers: 3 });
}, 120_000);
afterAll(async () => {
  await stage.stop();
}, 60_000);

const killLeader = async (): Promise<string> => {
  const { leader } = await stage.store.view({ deadlineMs: 5_000 });
  const pid = stage.controllers.get(leader?.holder ?? '');
  if (leader === undefined || pid === undefined) throw new Error('nobody leads');
  process.kill(pid, 'SIGKILL');
  return leader.holder;
};

/** Kills the leader once `reached`; the node is rebooted once, and its new leader does the rest. */
const survives = async (victim: LocalInstance, reached: Promise<unknown>): Promise<void> => {
  const before = stage.reboots(victim);
  stage.cloud.faults.inject({ kind: 'power-loss', instance: victim.id });
  await reached;
  const killed = await killLeader();
  const { leader } = await stage.watcher.until(
    'that another leads',
    ({ leader: now }) => now !== undefined && now.holder !== killed,
    20_000,
  );
  expect(leader?.holder).not.toBe(killed);
  await stage.healed(victim, before);
  expect(stage.reboots(victim) - before).toBe(1);
  const incidents = await stage.store.incidents(10, { deadlineMs: 5_000 });
  expect(incidents.find(({ node }) => node === victim.id)?.outcome).toBe('healed');
};

test('killed right after its intent: the reboot is made, once', async () => {
  const victim = stage.node(0);
  const intended = stage.happens('rebooting', victim).then(({ owner }) => {
    expect(owner).toMatch(/^controller:controller-\d$/);
  });
  await survives(victim, intended);
}, 120_000);

test('killed right after its call: the reboot is not made again', async () => {
  const victim = stage.node(1);
  const isReboot = (event: { readonly kind: string; readonly instance: string }): boolean =>
    event.kind === 'stopping' && event.instance === victim.id && 'because' in event && event.because === 'reboot';
  await survives(victim, stage.cloud.untilLife(isReboot, { deadlineMs: 60_000 }));
}, 120_000);

test('no request was lost meanwhile', async () => {
  const { sent, ok, failures } = await stage.requests();
  expect(failures).toEqual([]);
  expect(ok).toBe(sent);
}, 30_000);
