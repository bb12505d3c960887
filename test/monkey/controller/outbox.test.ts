import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newStage();
});
afterEach(() => stage.end());

const counts = () => stage.store.outboxCounts({ deadlineMs: 1_000 });
const texts = () => stage.read().map(({ text }) => text.replace(/^\S+ /u, ''));
const untilRead = (count: number, mostMs = 120_000) =>
  stage.clock.until(() => stage.messenger.posted.length >= count, mostMs);

describe('notices', () => {
  test('are read in order, one thread an incident', async () => {
    await stage.tell({ incident: 'a', text: 'a1' }, { incident: 'b', text: 'b1' }, { text: 'alone' });
    await stage.tell({ incident: 'a', text: 'a2' }, { incident: 'b', text: 'b2' }, { incident: 'a', text: 'a3' });
    await stage.controller();
    await untilRead(6);
    expect(texts()).toEqual(['a1', 'b1', 'alone', 'a2', 'b2', 'a3']);
    const [a1, b1] = stage.messenger.posted;
    expect(stage.read().map(({ thread }) => thread)).toEqual([undefined, undefined, undefined, a1?.id, b1?.id, a1?.id]);
  });

  test('are sent no faster than one in a bit more than a second', async () => {
    await stage.tell(...Array.from({ length: 5 }, (_, at) => ({ text: `n${at}` })));
    await stage.controller();
    const times: number[] = [];
    stage.messenger.judge = () => {
      times.push(stage.clock.monotonicMs());
      return undefined;
    };
    await untilRead(5);
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_050);
  });

  test('leave the outbox once they have been read', async () => {
    await stage.tell({ text: 'one' }, { text: 'two' });
    await stage.controller();
    await untilRead(2);
    await stage.clock.run(1_000);
    expect(await counts()).toMatchObject({ written: 2, delivered: 2, waiting: 0, lost: 0 });
  });

  test('go on in the thread that another controller opened', async () => {
    await stage.tell({ incident: 'a', text: 'a1' });
    const first = await stage.controller();
    await untilRead(1);
    await stage.clock.run(500);
    const stopped = first.stop();
    await stage.clock.run(100);
    await stopped;
    await stage.tell({ incident: 'a', text: 'a2' });
    await stage.controller();
    await untilRead(2);
    expect(stage.read()[1]?.thread).toBe(stage.messenger.posted[0]?.id);
  });

  test('go to the log where no Slack is configured', async () => {
    const { startController } = await import('../../../monkey/controller/wiring.ts');
    const { recordingLog } = await import('../../support/recording-log.ts');
    await stage.tell({ text: 'heard' });
    const log = recordingLog();
    const { store, clock } = stage;
    const alone = await startController({ urlRules: { allowedNetworks: [] } }, { store, clock, log });
    await clock.until(() => log.of('notice').length > 0, 5_000);
    expect(log.of('notice')[0]?.fields?.['text']).toContain('heard');
    const stopped = alone.stop();
    await clock.run(100);
    await stopped;
    expect((await counts()).waiting).toBe(0);
  });
});

describe('notices that the full outbox has lost', () => {
  test('are told of by how many, in the log and once to people, by whoever leads', async () => {
    stage.server.data.lost = 3;
    const first = await stage.controller();
    await untilRead(1);
    expect(texts()).toEqual([expect.stringContaining('3 notices were lost')]);
    expect(first.log.of('notices-lost')).toMatchObject([{ level: 'error', fields: { lost: 3 } }]);
    await first.crash();
    await stage.controller();
    await stage.clock.run(60_000);
    expect(texts()).toHaveLength(1);
    stage.server.data.lost = 5;
    await untilRead(2);
    expect(texts()[1]).toContain('5 notices were lost');
  });

  test('wait for room in it, so that telling loses none', async () => {
    await stage.tell(...Array.from({ length: 50_004 }, (_, at) => ({ id: `n${at}` })));
    stage.messenger.trouble = { kind: 'away', because: 'down' };
    const { log } = await stage.controller();
    await stage.clock.run(120_000);
    expect(log.of('notices-lost')).toHaveLength(1);
    expect(await counts()).toMatchObject({ written: 50_004, lost: 4 });
  });

  test('are none while it only fills: a human is paged before', async () => {
    await stage.tell(...Array.from({ length: 40_000 }, (_, at) => ({ id: `n${at}` })));
    stage.messenger.trouble = { kind: 'away', because: 'down' };
    const { log } = await stage.controller();
    await stage.clock.run(60_000);
    expect(log.of('outbox-filling')).toHaveLength(1);
    expect(await counts()).toMatchObject({ written: 40_001, lost: 0 });
  });
});

describe('when Slack limits', () => {
  test('it waits as long as Slack asks, then goes on in order', async () => {
    await stage.tell({ text: 'one' }, { text: 'two' });
    stage.messenger.fail({ kind: 'limited', retryAfterMs: 30_000 });
    await stage.controller();
    await stage.clock.run(29_000);
    expect(texts()).toEqual([]);
    await untilRead(2);
    expect(texts()).toEqual(['one', 'two']);
    // Nothing was posted by the call that was refused, so there was nothing to look for.
    expect(stage.messenger.lookups).toBe(0);
  });
});

describe('when Slack is away', () => {
  test('notices wait in order, it is said once, and all are read once it is back', async () => {
    const controller = await stage.controller();
    stage.messenger.trouble = { kind: 'away', because: 'HTTP status 503' };
    await stage.tell({ text: 'one' }, { text: 'two' }, { text: 'three' });
    await stage.clock.run(600_000);
    expect(controller.log.of('slack-not-told')).toHaveLength(1);
    stage.messenger.trouble = undefined;
    await untilRead(3);
    expect(texts()).toEqual(['one', 'two', 'three']);
    expect(controller.log.of('slack-answers')).toHaveLength(1);
  });

  test('tries become rarer, up to half a minute', async () => {
    await stage.tell({ text: 'one' });
    const times: number[] = [];
    stage.messenger.judge = () => {
      times.push(stage.clock.monotonicMs());
      return { kind: 'away', because: 'down' };
    };
    await stage.controller();
    await stage.clock.run(300_000);
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(gaps[0]).toBeLessThan(2_500);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(31_000);
    expect(gaps.at(-1)).toBeGreaterThan(10_000);
  });

  test('a message whose reply was lost is looked up and not sent again', async () => {
    stage.messenger.losesReplies = 1;
    await stage.tell({ text: 'one', incident: 'a' }, { text: 'two', incident: 'a' });
    await stage.controller();
    await untilRead(2);
    await stage.clock.run(60_000);
    expect(texts()).toEqual(['one', 'two']);
    expect(stage.messenger.lookups).toBe(1);
    // The message that was found is the thread, as if its reply had come.
    expect(stage.messenger.posted[1]?.thread).toBe(stage.messenger.posted[0]?.id);
  });
});

describe('when a token or a channel is wrong', () => {
  test('it is said once a cause, tried slowly, and nothing is lost', async () => {
    const controller = await stage.controller();
    stage.messenger.trouble = { kind: 'refused', what: 'access', code: 'invalid_auth' };
    await stage.tell({ text: 'one' }, { text: 'two' });
    let tries = 0;
    const { post } = stage.messenger;
    stage.messenger.post = (...args) => {
      tries += 1;
      return post(...args);
    };
    await stage.clock.run(600_000);
    expect(controller.log.of('slack-not-told')).toEqual([
      { level: 'warn', event: 'slack-not-told', fields: { code: 'invalid_auth', what: 'access' } },
    ]);
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(40);
    stage.messenger.trouble = { kind: 'refused', what: 'access', code: 'channel_not_found' };
    await stage.clock.run(60_000);
    expect(controller.log.of('slack-not-told')).toHaveLength(2);
    stage.messenger.trouble = undefined;
    await untilRead(2);
    expect(texts()).toEqual(['one', 'two']);
  });

  test('the pool knows why, until it is over', async () => {
    const told = async () => (await stage.store.view({ deadlineMs: 1_000 })).leader?.trouble;
    await stage.controller();
    stage.messenger.trouble = { kind: 'refused', what: 'access', code: 'channel_not_found' };
    await stage.tell({ text: 'one' });
    await stage.clock.run(30_000);
    expect(await told()).toBe('Slack: channel_not_found');
    stage.messenger.trouble = undefined;
    await untilRead(1, 600_000);
    await stage.clock.run(10_000);
    expect(await told()).toBeUndefined();
  });
});

describe('a message that is not taken', () => {
  const refusal = { kind: 'refused', what: 'message', code: 'invalid_blocks' } as const;

  test('is sent as plain text', async () => {
    stage.messenger.judge = ({ message }) => (message.blocks.length > 0 ? refusal : undefined);
    await stage.tell({ text: 'one' });
    await stage.controller();
    await untilRead(1);
    expect(stage.messenger.posted[0]?.message).toEqual({ text: '🤒 one', blocks: [] });
  });

  test('never blocks those behind it: the log is told', async () => {
    stage.messenger.judge = ({ notice }) => (notice === 'poison' ? refusal : undefined);
    await stage.tell({ id: 'poison', text: 'one' }, { text: 'two' });
    const controller = await stage.controller();
    await untilRead(1);
    expect(texts()).toEqual(['two']);
    expect(controller.log.of('notice-not-taken')).toMatchObject([{ level: 'error', fields: { text: 'one' } }]);
  });

  test('never blocks those behind it, even for a reason that nobody knows', async () => {
    stage.messenger.judge = ({ notice }) =>
      notice === 'poison' ? { kind: 'refused', what: 'unknown', code: 'blue_moon' } : undefined;
    await stage.tell({ id: 'poison', text: 'one' }, { text: 'two' });
    await stage.controller();
    await untilRead(1, 1_000_000);
    expect(texts()).toEqual(['two']);
  });

  test('because its thread is gone is read outside of it', async () => {
    await stage.tell({ incident: 'a', text: 'a1' });
    await stage.controller();
    await untilRead(1);
    stage.messenger.judge = ({ thread }) =>
      thread === undefined ? undefined : { kind: 'refused', what: 'thread', code: 'thread_not_found' };
    await stage.tell({ incident: 'a', text: 'a2' });
    await untilRead(2);
    expect(stage.read()[1]).toEqual({ text: '🤒 a2', thread: undefined });
  });
});

describe('exactly once', () => {
  test('when the pool is away between post and acknowledgement', async () => {
    await stage.controller();
    await stage.clock.run(500);
    stage.messenger.judge = () => {
      stage.server.goAway();
      return undefined;
    };
    await stage.tell({ text: 'one' });
    await untilRead(1);
    await stage.clock.run(2_000);
    stage.messenger.judge = () => undefined;
    stage.server.comeBack();
    await stage.clock.run(60_000);
    expect(texts()).toEqual(['one']);
    expect((await counts()).waiting).toBe(0);
  });

  test('when a controller dies between post and acknowledgement', async () => {
    const first = await stage.controller();
    await stage.clock.run(500);
    stage.messenger.judge = () => {
      void first.crash();
      return undefined;
    };
    await stage.tell({ text: 'one', incident: 'a' }, { text: 'two', incident: 'a' });
    await untilRead(1);
    stage.messenger.judge = () => undefined;
    await stage.controller();
    await untilRead(2);
    await stage.clock.run(60_000);
    expect(texts()).toEqual(['one', 'two']);
    expect(stage.messenger.posted[1]?.thread).toBe(stage.messenger.posted[0]?.id);
  });

  test('when a controller dies between attempt and post: read once, not never', async () => {
    const first = await stage.controller();
    await stage.clock.run(500);
    stage.messenger.judge = () => {
      void first.crash();
      return { kind: 'away', because: 'died' };
    };
    await stage.tell({ text: 'one' });
    await stage.clock.until(() => first.log.of('slack-not-told').length > 0, 10_000);
    stage.messenger.judge = () => undefined;
    await stage.controller();
    await untilRead(1);
    await stage.clock.run(60_000);
    expect(texts()).toEqual(['one']);
  });

  test('when a leader is stopped for a while and another leads meanwhile', async () => {
    const first = await stage.controller();
    await stage.clock.run(500);
    await stage.controller();
    const notices = Array.from({ length: 8 }, (_, at) => ({ text: `n${at}` }));
    await stage.tell(...notices);
    await untilRead(3);
    // Whoever was in the middle of something finds that the lease is over.
    stage.clock.leap(6_000);
    await untilRead(8);
    await stage.clock.run(60_000);
    expect(texts()).toEqual(notices.map(({ text }) => text));
    expect(first.log.of('leadership-lost').length).toBeGreaterThan(0);
  });
});

describe('a thousand at once', () => {
  const thousand = () =>
    Array.from({ length: 1_000 }, (_, at) => ({
      ...{ kind: 'refused', node: `i-${at}`, text: `i-${at} is not treated`, urgency: 'warning' as const },
      detail: { vetoes: [{ guard: 'heat', because: 'most are hot' }] },
    }));

  test('are read in one message once Slack is back, and none is lost', async () => {
    stage.messenger.trouble = { kind: 'away', because: 'down' };
    await stage.controller();
    await stage.tell(...thousand());
    await stage.clock.run(600_000);
    stage.messenger.trouble = undefined;
    await stage.clock.until(async () => (await counts()).waiting === 0, 120_000);
    expect(stage.messenger.posted.length).toBeLessThan(5);
    expect(await counts()).toMatchObject({ written: 1_000, delivered: 1_000, lost: 0 });
  });

  test('are read exactly once when a controller dies between post and acknowledgement, though more have come', async () => {
    const first = await stage.controller();
    await stage.clock.run(500);
    stage.messenger.judge = () => {
      void first.crash();
      return undefined;
    };
    await stage.tell(...thousand());
    await untilRead(1);
    const [letter] = stage.messenger.posted;
    stage.messenger.judge = () => undefined;
    await stage.tell(...thousand());
    await stage.controller();
    await stage.clock.until(async () => (await counts()).waiting === 0, 120_000);
    expect(stage.messenger.lookups).toBe(1);
    expect(stage.messenger.posted.filter(({ notice }) => notice === letter?.notice)).toHaveLength(1);
    expect(texts().filter((text) => text.includes('1000 nodes'))).toHaveLength(2);
    expect(await counts()).toMatchObject({ written: 2_000, delivered: 2_000, lost: 0 });
  });
});
