import { expect, test } from '@jest/globals';
import { poolBudget } from '../../../../../monkey/doctor/treatment/guards/pool-budget.ts';
import type { NodeRecord } from '../../../../../pool/record.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';

const nowMs = 1_000_000_000;
const minutes = 60_000;
const rebooted = (id: string, agoMinutes: readonly number[], rest: Partial<NodeRecord> = {}) =>
  nodeRecord(id, {
    remedies: agoMinutes.map((ago) => ({ remedy: 'reboot', finding: 'cpu', atMs: nowMs - ago * minutes })),
    ...rest,
  });
const ask = (...nodes: readonly NodeRecord[]) =>
  poolBudget(
    questionOf([nodeRecord('web-1'), ...nodes], { policy: { limits: { reboots: { pool: 3 } } }, view: { nowMs } }),
  );

test('counts the reboots of all nodes within an hour, its own and of those that left too', () => {
  expect(ask(rebooted('a', [5, 61]), rebooted('b', [20])).kind).toBe('allow');
  expect(ask(rebooted('a', [5, 10]), rebooted('gone', [20], { state: 'left' })).kind).toBe('veto');
  const own = questionOf([rebooted('web-1', [1, 2, 3])], {
    policy: { limits: { reboots: { pool: 3 } } },
    view: { nowMs },
  });
  expect(poolBudget(own).kind).toBe('veto');
  expect(poolBudget({ ...own, remedy: 'restart-service' }).kind).toBe('allow');
});

test('says nothing against a quarantine, which restarts no machine', () => {
  const question = questionOf([nodeRecord('web-1'), rebooted('a', [5, 10, 20, 30, 40])], { view: { nowMs } });
  expect(poolBudget(question).kind).toBe('veto');
  expect(poolBudget({ ...question, remedy: 'none' }).kind).toBe('allow');
});

test('says how many are used, and when the next one is free', () => {
  expect(ask(rebooted('a', [5, 40]), rebooted('b', [20, 50]))).toEqual({
    kind: 'veto',
    because: '4 of 3 reboots of the pool within an hour are used',
    detail: { reboots: 4, ahead: 0, limit: 3, remainingMs: 20 * minutes },
  });
});

test('a treatment under way that may come to a reboot has taken its place already', () => {
  const draining = nodeRecord('b', { state: 'draining', purpose: 'treat' });
  expect(ask(rebooted('a', [5]), draining).kind).toBe('allow');
  expect(ask(rebooted('a', [5, 10]), draining)).toMatchObject({
    kind: 'veto',
    detail: { reboots: 2, ahead: 1, remainingMs: 50 * minutes },
  });
  expect(ask(rebooted('a', [5, 10]), nodeRecord('b', { state: 'draining', purpose: 'hold', heldBy: 'ann' })).kind).toBe(
    'allow',
  );
});

test('of treatments that wait for room the first is not held up by the others, and of the others none by itself', () => {
  const waiting = (id: string, untilMs: number, rest: Partial<NodeRecord> = {}) =>
    nodeRecord(id, {
      ...{ state: 'draining', purpose: 'treat', drain: `d-${id}` },
      ...{ rebootWaits: { drain: `d-${id}`, because: 'full', untilMs }, ...rest },
    });
  const answer = (node: NodeRecord, ...more: readonly NodeRecord[]) =>
    poolBudget(questionOf([node, ...more], { policy: { limits: { reboots: { pool: 1 } } }, view: { nowMs } })).kind;
  const [early, late, equal] = [waiting('b', nowMs + 1), waiting('a', nowMs + 2), waiting('c', nowMs + 1)];
  expect([answer(early, late, equal), answer(late, early, equal), answer(equal, early, late)]).toEqual([
    'allow',
    'veto',
    'veto',
  ]);
  expect(answer(nodeRecord('new'), late)).toBe('veto');
  expect(answer(early, waiting('d', nowMs + 2, { drain: 'another' }))).toBe('veto');
});

test('five an hour, where the policy does not say', () => {
  const question = (count: number) =>
    questionOf(
      [
        nodeRecord('web-1'),
        rebooted(
          'a',
          Array.from({ length: count }, () => 1),
        ),
      ],
      { view: { nowMs } },
    );
  expect([poolBudget(question(4)).kind, poolBudget(question(5)).kind]).toEqual(['allow', 'veto']);
});
