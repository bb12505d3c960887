/** Rescues as stories: a pool in memory, a region in memory, controllers that die, in virtual time. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { backToService } from '../../../monkey/doctor/life/back-to-service.ts';
import { bootedAnew } from '../../../monkey/doctor/life/booted-anew.ts';
import type { PowerCall } from '../../../monkey/doctor/ports/power.ts';
import { curesIn } from '../../../monkey/doctor/report/cures.ts';
import { decideAndCommit } from '../../../pool/decide.ts';
import type { Decide } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { newStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newStage();
});
afterEach(() => stage.end());

const limits = { deadlineMs: 1_000 };
const tag = { tags: { 'doctor-monkey:pool': 'web' } };
const minutes = (count: number): number => count * 60_000;
const told = () => stage.read().map(({ text }) => text);
const nodeNow = async (id: string): Promise<NodeRecord | undefined> => (await stage.store.view(limits)).nodes.get(id);
const state = async (id: string) => (await nodeNow(id))?.state;
const calls = () => stage.power.begun().map(({ call }) => call);
const run = (ms: number) => stage.clock.run(ms);
const four = () => stage.nodes('i-1', 'i-2', 'i-3', 'i-4');

const decide = async (judgement: Decide): Promise<void> => {
  const outcome = await decideAndCommit(stage.store, judgement, {
    ...{ attempts: 3, clock: stage.clock, random: () => 0.5, newId: randomUUID, limits },
  });
  if (outcome.kind !== 'committed') throw new Error(`${outcome.kind}: ${outcome.because}`);
};
/** The machine has come up again: its agent joins from another boot, and its checks pass. */
const comeBack = async (id: string): Promise<void> => {
  const session = `session-${id}`;
  await decide((view, commitId) => {
    const node = view.nodes.get(id);
    if (node === undefined) throw new Error('no such node');
    return bootedAnew(
      node,
      { url: node.url, service: node.service, bootId: `boot-${commitId}`, session },
      view,
      commitId,
    );
  });
  stage.beating.add(id);
  await decide((view, commitId) => {
    const node = view.nodes.get(id);
    if (node === undefined) throw new Error('no such node');
    return {
      kind: 'commit',
      draft: backToService(view, commitId, node, { outcome: 'healed', because: 'checks passed' }),
    };
  });
};
const die = (id: string): void => void stage.beating.delete(id);

describe('a machine that dies', () => {
  test('is rebooted through EC2 once, and its new boot proves it', async () => {
    await four();
    await stage.controller();
    await run(20_000);
    die('i-2');
    await run(minutes(4));
    expect(calls()).toEqual(['reboot']);
    expect(await nodeNow('i-2')).toMatchObject({ state: 'rebooting', owner: 'controller:controller-1' });
    await comeBack('i-2');
    expect(await nodeNow('i-2')).toMatchObject({ state: 'serving', bootId: expect.stringContaining('boot-') });
    await run(minutes(30));
    expect(calls()).toEqual(['reboot']);
    const [incident] = await stage.store.incidents(1, limits);
    expect(incident?.outcome).toBe('healed');
    expect(incident?.entries.map(({ step }) => step)).toEqual(['lost', 'rebooting', 'rebooted', 'back']);
    expect(curesIn([incident!], stage.clock.monotonicMs())).toMatchObject([
      { finding: 'silent', remedy: 'reboot', tried: 1, open: 1 },
    ]);
    expect(told().filter((text) => text.includes('is heard again'))).toEqual([]);
  });

  test('and never returns: rebooted again, stopped and started, then a human is called', async () => {
    await four();
    await stage.controller();
    die('i-2');
    await run(minutes(50));
    expect(calls()).toEqual(['reboot', 'reboot', 'stop', 'start']);
    expect(await state('i-2')).toBe('quarantined');
    expect(await nodeNow('i-2')).not.toHaveProperty('call');
    expect(told().at(-1)).toContain('is quarantined');
    const [incident] = await stage.store.incidents(1, limits);
    expect(curesIn([incident!], stage.clock.monotonicMs())).toMatchObject([
      { finding: 'silent', remedy: 'reboot', tried: 1, failed: 1 },
      { finding: 'silent', remedy: 'stop-start', tried: 1, failed: 1 },
    ]);
  });

  test('in an Auto Scaling group is never stopped', async () => {
    await four();
    stage.power.launch('i-2', 'running', { ...tag, autoScalingGroup: 'web-group' });
    await stage.controller();
    die('i-2');
    await run(minutes(50));
    expect(calls()).toEqual(['reboot', 'reboot']);
    expect(await state('i-2')).toBe('quarantined');
    expect(told().at(-1)).toContain('web-group');
  });

  test('comes back from its stop and start', async () => {
    await four();
    await stage.controller();
    die('i-2');
    const back = { due: false };
    stage.onCall.current = (_id: string, call: PowerCall) => {
      if (call === 'start') back.due = true;
    };
    await stage.clock.until(() => back.due, minutes(40));
    await run(5_000);
    await comeBack('i-2');
    expect(await state('i-2')).toBe('serving');
    const [incident] = await stage.store.incidents(1, limits);
    expect(incident?.entries.map(({ step }) => step)).toEqual([
      ...['lost', 'rebooting', 'rebooting', 'stopping', 'starting', 'rebooted', 'back'],
    ]);
  });

  test('whose agent beats again before the rescue is left to it', async () => {
    await four();
    await stage.controller();
    die('i-2');
    await run(60_000);
    expect(await state('i-2')).toBe('lost');
    stage.beating.add('i-2');
    await run(minutes(10));
    expect(calls()).toEqual([]);
  });
});

describe('EC2', () => {
  test('that throttles is asked again with backoff, and told of once', async () => {
    await four();
    await stage.controller();
    stage.power.throttle(true);
    die('i-2');
    await run(minutes(6));
    expect(calls()).toEqual([]);
    expect(told().filter((text) => text.includes('not rescued'))).toHaveLength(1);
    stage.power.throttle(false);
    await run(minutes(2));
    expect(calls()).toEqual(['reboot']);
  });

  test('that does not answer for a whole deadline more leads to a human', async () => {
    await four();
    await stage.controller();
    stage.power.throttle(true);
    die('i-2');
    await run(minutes(14));
    expect(await state('i-2')).toBe('quarantined');
  });

  test('whose reply is lost is asked nothing before the settle time has passed', async () => {
    await four();
    await stage.controller();
    stage.power.next({ kind: 'unknown', because: 'no answer' });
    die('i-2');
    await stage.clock.until(() => calls().length === 1, minutes(5));
    await run(minutes(4) - 5_000);
    expect(calls()).toEqual(['reboot']);
    await run(15_000);
    expect(calls()).toEqual(['reboot', 'reboot']);
  });

  test('that refuses once is asked again on another intent', async () => {
    await four();
    await stage.controller();
    stage.power.next({ kind: 'refused', code: 'UnauthorizedOperation', because: 'You are not authorized.' });
    die('i-2');
    await run(minutes(4));
    expect(calls()).toEqual(['reboot']);
    const [incident] = await stage.store.incidents(1, limits);
    expect(incident?.entries.map(({ step }) => step)).toEqual(['lost', 'rebooting', 'rebooting-again']);
  });

  test('that knows a machine no longer lets its node leave the pool, twice asked', async () => {
    await four();
    await stage.controller();
    stage.power.forget('i-2');
    die('i-2');
    await run(minutes(3));
    expect(await state('i-2')).toBe('lost');
    await run(minutes(1));
    expect(await state('i-2')).toBeUndefined();
    expect(told().at(-1)).toContain('has left the pool');
  });

  test('is left alone where nothing is to be done, or the controller only observes', async () => {
    await four();
    await stage.controller({ mode: 'observe' });
    die('i-2');
    await run(minutes(30));
    expect(calls()).toEqual([]);
    expect(await state('i-2')).toBe('serving');
  });
});

test('half of the pool that is lost at once is not rebooted', async () => {
  await four();
  await stage.controller();
  await run(20_000);
  for (const id of ['i-1', 'i-2', 'i-3']) die(id);
  await run(minutes(20));
  expect(calls()).toEqual([]);
});

describe('a controller that dies in mid-rescue', () => {
  test('after its call: the next one waits for the new boot and asks nothing before the settle time', async () => {
    await four();
    const first = await stage.controller();
    await run(1_000);
    await stage.controller();
    die('i-2');
    await stage.clock.until(() => calls().length === 1, minutes(5));
    await first.crash();
    await run(minutes(3.5));
    expect(calls()).toEqual(['reboot']);
    await run(minutes(1));
    expect(calls()).toEqual(['reboot', 'reboot']);
    expect(await nodeNow('i-2')).toMatchObject({ owner: 'controller:controller-2' });
  });

  test('between a stop and the start: the next one starts the machine', async () => {
    await four();
    const first = await stage.controller();
    await run(1_000);
    await stage.controller();
    die('i-2');
    await stage.clock.until(() => calls().includes('stop'), minutes(40));
    await first.crash();
    await run(minutes(1));
    expect(calls()).toEqual(['reboot', 'reboot', 'stop', 'start']);
  });

  test('before its call: the next one makes it', async () => {
    await four();
    await stage.controller();
    await run(1_000);
    await stage.controller();
    stage.crashAt.what = 'rebooting';
    die('i-2');
    await run(minutes(4));
    expect(calls()).toEqual([]);
    expect(await state('i-2')).toBe('rebooting');
    await run(minutes(4));
    expect(calls()).toEqual(['reboot']);
  });
});
