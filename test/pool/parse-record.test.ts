import { expect, test } from '@jest/globals';
import { parseRecord } from '../../pool/parse-record.ts';
import { nodeRecord } from '../support/nodes.ts';

const begun = { remedy: 'reboot', finding: 'cpu', atMs: 5 };
const read = (part: object) => parseRecord('nodes', 'a', JSON.stringify({ ...nodeRecord('a'), ...part }));

test.each([
  ['begun', { remedies: [begun, { ...begun, remedy: 'reimage' }] }],
  ['waited for', { wants: 'reimage' }],
])('a remedy of a later version, %s, is kept as it is, in a record like any other', (_what, part) => {
  expect(read(part)).toEqual({ ...nodeRecord('a'), ...part });
});

test.each([
  [{ remedies: [{ ...begun, remedy: 7 }] }, 'remedies is not a list of remedies'],
  [{ remedies: [{ ...begun, remedy: '' }] }, 'remedies is not a list of remedies'],
  [{ remedies: [{ ...begun, remedy: 'reimage', atMs: -1 }] }, 'remedies is not a list of remedies'],
  [{ wants: 7 }, 'wants is not a remedy'],
  [{ rebootWaits: { drain: 'd1', because: 'full' } }, 'rebootWaits is not what a reboot waits for'],
  [{ rebootWaits: 'd1' }, 'rebootWaits is not what a reboot waits for'],
  [{ id: 'b', wants: 'reimage' }, 'id is not the one that it is kept under'],
])('%j is garbage that a join replaces', (part, because) => {
  expect(read(part)).toEqual({ ...{ kind: 'garbage', key: 'nodes', field: 'a', token: '1:c1' }, because });
});

test('a record of a newer schema is garbage that nobody overwrites', () => {
  expect(read({ schema: 2 })).toMatchObject({ because: 'schema 2 is newer than this version', newer: true });
});

test('what a reboot waits for is read', () => {
  const rebootWaits = { drain: 'd1', because: 'full', untilMs: 5 };
  expect(read({ rebootWaits })).toEqual({ ...nodeRecord('a'), rebootWaits });
});

test('the remedies that we know are read', () => {
  expect(read({ remedies: [begun], wants: 'stop-start' })).toMatchObject({ remedies: [begun], wants: 'stop-start' });
});

test.each([{ print: 7 }, 'runaway', null, { print: 'a', frame: 'b', atMs: 5, incident: 7 }])(
  'a record whose fingerprint is %j is read without it: the node goes on being treated',
  (fingerprint) => {
    expect(read({ fingerprint })).toEqual(nodeRecord('a'));
  },
);

test('what a node was found doing is read, whatever another version has added to it', () => {
  const fingerprint = { print: 'a', frame: 'b', atMs: 5, incident: 'inc-1', wordier: true };
  expect(read({ fingerprint })).toEqual({ ...nodeRecord('a'), fingerprint });
});
