/** EC2, Slack and the pool's own load are in the way of a heal. One stage for all; each fault is undone by its test. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SlackMessage } from '../../infra/local-cloud/slack/message.ts';
import { pause, resume } from '../../monkey/doctor/hand/lever.ts';
import { systemClock } from '../../pool/clock.ts';
import { decideAndCommit } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import type { PoolView } from '../../pool/view.ts';
import { eventually } from '../support/eventually.ts';
import { type FaultStage, startFaultStage } from './stage.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await startFaultStage();
}, 120_000);
afterAll(async () => {
  await stage.stop();
}, 60_000);

const texts = (): readonly string[] => stage.cloud.slackMessages().map(({ text }) => text);

test('EC2 throttles for a minute: the heal waits, asks again and again, and goes on', async () => {
  const victim = stage.node(0);
  const before = stage.reboots(victim);
  const calls = () => stage.cloud.calls().filter(({ name }) => name === 'RebootInstances');
  const throttled = stage.cloud.faults.inject({ kind: 'throttle-ec2', action: 'RebootInstances' });
  await stage.harm(victim);
  await eventually('a first call in vain', () => calls().length > 0, 120_000);
  // The fault itself lasts that long: it is what the test is about.
  await sleep(60_000);
  expect(calls().length).toBeGreaterThan(2);
  expect(stage.reboots(victim)).toBe(before);
  stage.cloud.faults.undo(throttled.id);
  await stage.healed(victim, before);
  expect(stage.reboots(victim) - before).toBe(1);
}, 300_000);

const empty = async () => (await stage.store.outboxCounts({ deadlineMs: 20_000 })).waiting === 0;

/** The notice that a message tells of; only where many wait, one message tells of several. */
const noticeOf = ({ metadata }: SlackMessage): unknown => metadata?.event_payload['notice'];

test('Slack is down for the length of a heal: healed all the same, and its thread tells all afterwards, in order and once', async () => {
  const victim = stage.node(1);
  await eventually('that what was before has been told', empty, 60_000);
  const down = stage.cloud.faults.inject({ kind: 'slack-down' });
  const before = stage.reboots(victim);
  await stage.harm(victim);
  await stage.healed(victim, before);
  const waiting = (await stage.store.outbox(100, { deadlineMs: 20_000 })).map(({ notice }) => notice);
  const written = waiting.filter(({ node }) => node === victim.id);
  expect(written.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['sick', 'drained', 'rebooting', 'back']));
  const incidents = new Set(written.map(({ incident }) => incident));
  expect(incidents.size).toBe(1);
  stage.cloud.faults.undo(down.id);
  await eventually('that all has been told', empty, 60_000);
  const told = stage.cloud.slackMessages();
  const opening = told.find((message) => noticeOf(message) === written[0]?.id);
  const replies = told.filter(({ ts, thread_ts }) => thread_ts === opening?.ts && ts !== opening?.ts);
  expect([opening, ...replies].map((message) => message && noticeOf(message))).toEqual(written.map(({ id }) => id));
  const counts = await stage.store.outboxCounts({ deadlineMs: 20_000 });
  expect(counts).toMatchObject({ delivered: counts.written, lost: 0 });
}, 240_000);

const order = async (decide: Decide): Promise<void> => {
  const how = { attempts: 10, clock: systemClock, random: Math.random, newId: randomUUID };
  const { kind } = await decideAndCommit(stage.store, decide, { ...how, limits: { deadlineMs: 20_000 } });
  expect(kind).toMatch(/^(committed|unacknowledged)$/);
};

const allAreSick = ({ beats }: PoolView): boolean =>
  stage.cloud.instances.every(
    ({ id }) => (beats.get(id)?.vitals['finding'] as { kind?: string } | null | undefined)?.kind === 'sick',
  );

test('all nodes are hot at once: that is load, nothing is rebooted, and Slack says why', async () => {
  const before = stage.cloud.instances.map(stage.reboots);
  // Nobody is treated until all are hot: a busy machine may have one agent find its node hot before the others measure.
  await order(pause({ by: 'ann', because: 'a test', force: false }));
  await Promise.all(stage.cloud.instances.map(stage.harm));
  await stage.watcher.until('that all are hot', allAreSick, 60_000);
  await eventually('that what was before has been told', empty, 60_000);
  const told = texts().length;
  await order(resume({ by: 'ann' }));
  const why = /heat|hot/;
  await eventually(
    'that Slack says why',
    () =>
      texts()
        .slice(told)
        .some((text) => why.test(text)),
    60_000,
  );
  expect(stage.cloud.instances.map(stage.reboots)).toEqual(before);
  const { live } = await stage.store.view({ deadlineMs: 20_000 });
  expect(live).toHaveLength(stage.cloud.instances.length);
}, 180_000);
