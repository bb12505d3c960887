/** EC2, Slack and the pool's own load are in the way of a heal. One stage for all; each fault is undone by its test. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SlackMessage } from '../../infra/local-cloud/slack/message.ts';
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

// A minute of throttling is the same loop of asking and waiting as fifteen seconds of it.
test('EC2 throttles for fifteen seconds: the heal waits, and goes on', async () => {
  const victim = stage.node(0);
  const throttled = stage.cloud.faults.inject({ kind: 'throttle-ec2', action: 'RebootInstances', forMs: 15_000 });
  const before = stage.reboots(victim);
  await stage.harm(victim);
  await stage.healed(victim, before);
  expect(stage.reboots(victim) - before).toBe(1);
  const calls = stage.cloud.calls().filter(({ name }) => name === 'RebootInstances');
  expect(calls.length).toBeGreaterThan(1);
  stage.cloud.faults.undo(throttled.id);
}, 240_000);

/** The notice that a message tells of; only where many wait, one message tells of several. */
const noticeOf = ({ metadata }: SlackMessage): unknown => metadata?.event_payload['notice'];

test('Slack is down for the length of a heal: healed all the same, and its thread tells all afterwards, in order and once', async () => {
  const victim = stage.node(1);
  const empty = async () => (await stage.store.outboxCounts({ deadlineMs: 5_000 })).waiting === 0;
  await eventually('that what was before has been told', empty, 60_000);
  const down = stage.cloud.faults.inject({ kind: 'slack-down' });
  const before = stage.reboots(victim);
  await stage.harm(victim);
  await stage.healed(victim, before);
  const waiting = (await stage.store.outbox(100, { deadlineMs: 5_000 })).map(({ notice }) => notice);
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
  const counts = await stage.store.outboxCounts({ deadlineMs: 5_000 });
  expect(counts).toMatchObject({ delivered: counts.written, lost: 0 });
}, 240_000);

test('all nodes are hot at once: that is load, nothing is rebooted, and Slack says why', async () => {
  const before = stage.cloud.instances.map(stage.reboots);
  const told = texts().length;
  await Promise.all(stage.cloud.instances.map(stage.harm));
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
  const { live } = await stage.store.view({ deadlineMs: 5_000 });
  expect(live).toHaveLength(stage.cloud.instances.length);
}, 120_000);
