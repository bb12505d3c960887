import { expect, test } from '@jest/globals';
import { parseRecord } from '../../pool/parse-record.ts';
import { nodeRecord } from '../support/nodes.ts';

const begun = { remedy: 'reboot', finding: 'cpu', atMs: 5 };
const read = (part: object) => parseRecord('nodes', 'a', JSON.stringify({ ...nodeRecord('a'), ...part }));

test.each([
  ['begun', { remedies: [begun, { ...begun, remedy: 'reimage' }] }],
  ['waited for', { wants: 'reimage' }],
])('a remedy of a later version, %s, is for nobody of this version to act on or to overwrite', (_what, part) => {
  expect(read(part)).toEqual({
    ...{ kind: 'garbage', key: 'nodes', field: 'a', token: '1:c1', newer: true },
    because: 'remedy "reimage" is not one of this version',
  });
});

test('where more is wrong than the remedy it is garbage that a join replaces', () => {
  const found = read({ remedies: [{ ...begun, remedy: 'reimage', atMs: -1 }] });
  expect(found).toEqual({
    ...{ kind: 'garbage', key: 'nodes', field: 'a', token: '1:c1' },
    because: 'remedies is not a list of remedies',
  });
  expect(read({ wants: 7 })).toMatchObject({ because: 'wants is not a remedy' });
  expect(read({ wants: 7 })).not.toHaveProperty('newer');
});

test('a record of a newer schema is garbage that nobody overwrites', () => {
  expect(read({ schema: 2 })).toMatchObject({ because: 'schema 2 is newer than this version', newer: true });
});

test('the remedies that we know are read', () => {
  expect(read({ remedies: [begun], wants: 'stop-start' })).toMatchObject({ remedies: [begun], wants: 'stop-start' });
});
