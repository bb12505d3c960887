import { expect, test } from '@jest/globals';
import type { PowerAnswer } from '../../../../monkey/doctor/ports/power.ts';
import { mayHaveBegun, untilRebooted } from '../../../../monkey/doctor/treatment/until-rebooted.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { policyOf } from '../../../support/view.ts';

const node = nodeRecord('web-1', { state: 'rebooting' });
const policy = policyOf({ reboot: { settle: '4m', deadline: '10m' } });
const throttled: PowerAnswer = { kind: 'throttled', code: 'RequestLimitExceeded', because: 'slow down' };
const asked = { passedMs: 1_000, askInMs: 0, answer: throttled as PowerAnswer | undefined, stopped: undefined };

test('it waits until EC2 may be asked again', () => {
  expect(untilRebooted(node, policy, { ...asked, askInMs: 7_000 })).toEqual({ kind: 'wait', ms: 7_000 });
});

test('it does not wait beyond its deadline', () => {
  expect(untilRebooted(node, policy, { ...asked, passedMs: 599_000, askInMs: 7_000 })).toEqual({
    kind: 'wait',
    ms: 1_000,
  });
});

test('it asks again, and says why', () => {
  expect(untilRebooted(node, policy, asked)).toEqual({
    kind: 'ask-again',
    because: 'RequestLimitExceeded: slow down; asking again',
  });
});

test('it gives up at its deadline, with what EC2 said last', () => {
  expect(untilRebooted(node, policy, { ...asked, passedMs: 600_000, askInMs: 5_000 })).toEqual({
    kind: 'give-up',
    because: 'not rebooted within 10m: RequestLimitExceeded: slow down',
  });
});

test('it does not give up within the settle time of a call that may have begun', () => {
  const late = { ...asked, passedMs: 650_000, askInMs: 5_000, answer: { kind: 'accepted' } as const };
  expect(untilRebooted(node, policy, late)).toEqual({ kind: 'wait', ms: 5_000 });
  expect(untilRebooted(node, policy, { ...late, askInMs: 0 })).toMatchObject({ kind: 'give-up' });
});

test('it asks for nothing while healing is stopped', () => {
  const step = untilRebooted(node, policy, { ...asked, stopped: 'healing is paused by ann: a release' });
  expect(step).toEqual({ kind: 'wait', ms: 1_000 });
});

test('it asks for nothing for a node that a human holds, once it is settled', () => {
  const held = { ...node, heldBy: 'ann' };
  expect(untilRebooted(held, policy, asked)).toMatchObject({ kind: 'give-up' });
  expect(untilRebooted(held, policy, { ...asked, askInMs: 1 })).toMatchObject({ kind: 'wait' });
});

test.each([
  [undefined, true],
  [{ kind: 'accepted' }, true],
  [{ kind: 'unknown', because: 'the connection broke' }, true],
  [throttled, false],
  [{ kind: 'refused', code: 'UnauthorizedOperation', because: 'no' }, false],
] as const)('an answer of %j: may it have begun? %s', (answer, begun) => {
  expect(mayHaveBegun(answer)).toBe(begun);
});
