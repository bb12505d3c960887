/** What another version calls a remedy: counted by whoever counts, carried out by nobody of this one. */
import { expect, test } from '@jest/globals';
import { poolWarnings } from '../../../../monkey/cli/pool-warnings.ts';
import { bootedAnew } from '../../../../monkey/doctor/life/booted-anew.ts';
import { intend } from '../../../../monkey/doctor/life/intend.ts';
import { join } from '../../../../monkey/doctor/life/join.ts';
import { rungOf } from '../../../../monkey/doctor/rescue/ladder.ts';
import { nodeBudget } from '../../../../monkey/doctor/treatment/guards/node-budget.ts';
import { outAtOnce } from '../../../../monkey/doctor/treatment/guards/out-at-once.ts';
import { poolBudget } from '../../../../monkey/doctor/treatment/guards/pool-budget.ts';
import { ableHere, planFor } from '../../../../monkey/doctor/treatment/plan.ts';
import { buildCommit } from '../../../../pool/build-commit.ts';
import { lazyNodes } from '../../../../pool/lazy-nodes.ts';
import { parseRecord } from '../../../../pool/parse-record.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import type { Garbage } from '../../../../pool/view.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { questionOf } from '../../../support/question.ts';
import { uncutOf } from '../../../support/uncut.ts';
import { committed, nowMs, others, policyOf, viewOf, written } from '../../../support/view.ts';

const reimaged = { remedy: 'reimage', finding: 'cpu', atMs: nowMs - 60_000 };
const underWay = (part: Partial<NodeRecord> = {}) =>
  nodeRecord('web-1', {
    ...{ state: 'rebooting', incident: 'inc-1', finding: 'cpu', owner: 'agent:web-1', bootId: 'boot-1' },
    ...{ treatmentTimes: [nowMs - 90_000], remedies: [reimaged], sinceMs: nowMs - 60_000 },
    ...part,
  });
/** As a command reads them: each only as far as it is asked. */
const asRead = (...records: readonly NodeRecord[]): readonly NodeRecord[] => {
  const garbage: Garbage[] = [];
  const pairs = records.flatMap((record) => [record.id, JSON.stringify(record)]);
  const nodes = lazyNodes(uncutOf(pairs), (id, json) => parseRecord('nodes', id, json), garbage);
  expect(garbage).toEqual([]);
  return [...(nodes?.values() ?? [])];
};

test('is a node out, and a reboot of the pool and of the node, to every guard that counts', () => {
  const policy = { limits: { out: { number: 1 }, reboots: { pool: 1, node: 1 } } };
  const all = asRead(nodeRecord('web-2'), underWay(), ...others(6));
  expect(outAtOnce(questionOf(all, { policy })).kind).toBe('veto');
  expect(poolBudget(questionOf(all, { policy })).kind).toBe('veto');
  expect(nodeBudget(questionOf(asRead(underWay({ state: 'serving' })), { policy })).kind).toBe('veto');
});

test('does not keep its node, after a rollback, from joining again over its own record', () => {
  const node = underWay({ state: 'quarantined', wants: 'reimage' });
  const view = viewOf(asRead(node));
  const newcomer = {
    ...{ id: 'web-1', url: node.url, service: node.service, bootId: 'boot-1', session: 'new' },
    ...{ replaces: node.session, urlOwner: undefined },
  };
  const decision = join(newcomer)(view, 'c11');
  expect(written(decision)).toMatchObject({ session: 'new', wants: 'reimage', remedies: [reimaged] });
  expect(buildCommit(view, committed(decision), 'c11').expect).toContainEqual({
    ...{ kind: 'node', node: 'web-1', token: `${node.version}:${node.commit}` },
  });
});

test('is followed by no rung of ours, whoever would take it', () => {
  const able = ableHere({ kind: 'able' });
  const plan = planFor('cpu', underWay(), { nowMs, skipMs: 86_400_000, able });
  expect(plan).toEqual({
    ...{ kind: 'quarantine', because: 'reimage was begun, a remedy of another version: what follows is not ours' },
  });
  expect(rungOf(underWay())).toBe('human');
  const treatedSince = underWay({ treatmentTimes: [nowMs - 90_000, nowMs - 30_000] });
  expect(planFor('cpu', treatedSince, { nowMs, skipMs: 86_400_000, able }).kind).toBe('remedy');
  expect(rungOf(treatedSince)).toBe('reboot');
});

test('is not asked for again by an agent as if it were a reboot', () => {
  const intent = { ...{ node: 'web-1', session: 'session-of-web-1', bootId: 'boot-1', policy: policyOf() } };
  const decision = intend({ ...intent, because: 'no answer', phase: 'again' })(viewOf([underWay()]), 'c11');
  expect(decision).toMatchObject({ because: 'reimage is under way, a remedy of another version' });
});

test('is what a new boot is put down to', () => {
  const boot = { url: 'http://web-1.test:8080', service: 'meow', bootId: 'boot-2', session: 's-2' };
  expect(written(bootedAnew(underWay(), boot, viewOf([underWay()]), 'c11'))).toMatchObject({
    ...{ state: 'checking', remedy: 'reimage', because: 'back from reimage: the boot id has changed' },
  });
});

test.each([
  ['under way', underWay()],
  ['waited for', nodeRecord('web-1', { state: 'quarantined', wants: 'reimage' })],
])('%s is told as long as it is so', (_what, node) => {
  const told = 'web-1 is treated by reimage, a remedy of another version: nobody of this one goes on with it';
  expect(poolWarnings(viewOf([node]), policyOf())).toContain(told);
  expect(poolWarnings(viewOf([nodeRecord('web-1', { remedies: [reimaged] })]), policyOf())).not.toContain(told);
});
