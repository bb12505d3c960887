import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newStage();
});
afterEach(() => stage.end());

const counts = async () => (await stage.store.outboxCounts({ deadlineMs: 1_000 })).pages;
const sent = () => stage.pager.taken.map(({ action, key }) => `${action} ${key}`);
const untilSent = (count: number, mostMs = 120_000) => stage.clock.until(() => sent().length >= count, mostMs);
const heals = (incident: string) =>
  stage.commit([
    {
      kind: 'incident',
      incident,
      node: 'i-1',
      entry: { step: 'back', because: 'all checks passed', outcome: 'healed' },
    },
  ]);

describe('a page', () => {
  test('goes to the pager and to Slack, what is no page to Slack alone', async () => {
    await stage.tell({ id: 'n', text: 'only told' }, { id: 'p', text: 'help', urgency: 'page', node: 'i-1' });
    await stage.controller();
    await untilSent(1);
    await stage.clock.run(5_000);
    expect(stage.pager.taken).toMatchObject([
      { action: 'trigger', key: 'p', summary: 'i-1: help', source: 'i-1', severity: 'critical' },
    ]);
    expect(stage.read()).toHaveLength(2);
    expect(await counts()).toEqual({ delivered: 1, waiting: 0, lost: 0 });
  });

  test('of an incident is resolved by its good end, and only then', async () => {
    await heals('another');
    await stage.tell({ incident: 'a', urgency: 'page' });
    await heals('a');
    await stage.controller();
    await untilSent(2);
    await stage.clock.run(5_000);
    expect(sent()).toEqual(['trigger a', 'resolve a']);
    expect(stage.pager.ringing()).toEqual([]);
  });

  test('does not wait for Slack', async () => {
    stage.messenger.trouble = { kind: 'away', because: 'down' };
    await stage.controller();
    await stage.tell({ id: 'p', urgency: 'page' });
    await untilSent(1, 3_000);
    expect(stage.read()).toEqual([]);
  });

  test('is read in Slack while the pager is away, and called once it is back', async () => {
    stage.pager.trouble = { kind: 'away', because: 'HTTP status 503' };
    const { log } = await stage.controller();
    await stage.tell({ id: 'p1', urgency: 'page' }, { id: 'p2', urgency: 'page' });
    await stage.clock.until(() => stage.messenger.posted.length === 2, 5_000);
    await stage.clock.run(600_000);
    expect(log.of('pager-not-told')).toHaveLength(1);
    expect(await counts()).toMatchObject({ waiting: 2 });
    stage.pager.trouble = undefined;
    await untilSent(2);
    expect(sent()).toEqual(['trigger p1', 'trigger p2']);
    expect(log.of('pager-answers')).toHaveLength(1);
  });

  test('rings once although its reply was lost, or its controller died before it said so', async () => {
    stage.pager.losesReplies = 1;
    const first = await stage.controller();
    await stage.tell({ incident: 'a', urgency: 'page' });
    await untilSent(1);
    await first.crash();
    await stage.controller();
    await untilSent(2);
    await stage.clock.run(60_000);
    expect(sent()).toEqual(['trigger a', 'trigger a']);
    expect(stage.pager.ringing()).toEqual(['a']);
    expect(await counts()).toEqual({ delivered: 1, waiting: 0, lost: 0 });
  });

  test('waits as long as the receiver asks', async () => {
    stage.pager.trouble = { kind: 'limited', retryAfterMs: 30_000 };
    await stage.tell({ id: 'p', urgency: 'page' });
    await stage.controller();
    await stage.clock.run(5_000);
    stage.pager.trouble = undefined;
    await stage.clock.run(24_000);
    expect(sent()).toEqual([]);
    await untilSent(1, 10_000);
  });

  test('that is not understood is sent in its barest form, and a wrong key loses none', async () => {
    const forms: object[] = [];
    const { send } = stage.pager;
    let refuses = true;
    stage.pager.send = async (alarm, limits) => {
      forms.push(alarm.details);
      return refuses ? { kind: 'refused', what: 'alarm', code: 'http-400' } : send(alarm, limits);
    };
    await stage.tell({ id: 'p', urgency: 'page' });
    await stage.controller();
    await stage.clock.run(300_000);
    expect(forms.length).toBeLessThan(20);
    expect(forms[0]).toMatchObject({ kind: 'sick' });
    expect(forms[1]).toEqual({});
    refuses = false;
    await untilSent(1);
  });
});

test('without a pager nothing waits for one', async () => {
  await stage.tell({ id: 'p', urgency: 'page' });
  await stage.controllerWithoutPager();
  await stage.clock.until(async () => (await counts()).waiting === 0, 10_000);
  expect(await counts()).toEqual({ delivered: 0, waiting: 0, lost: 0 });
});

test('that the outbox fills because Slack is away is heard through the pager', async () => {
  await stage.tell(...Array.from({ length: 40_000 }, (_, at) => ({ id: `n${at}` })));
  stage.messenger.trouble = { kind: 'away', because: 'down' };
  await stage.controller();
  await untilSent(1);
  expect(stage.pager.taken[0]?.summary).toContain('40000 notices wait');
});
