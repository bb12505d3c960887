import { expect, test } from '@jest/globals';
import { parseRouter } from '../../pool/parse-parts.ts';

const report = { id: 'r1', atMs: 1, version: 2, draining: { c1: 3 } };
const parse = (more: object) => parseRouter(JSON.stringify({ ...report, ...more }));

test('a router says how many requests each node gets, or does not count them', () => {
  expect(parse({ requests: { 'web-1': 2.5, 'web-2': 0 } })).toEqual({
    kind: 'read',
    value: { ...report, requests: { 'web-1': 2.5, 'web-2': 0 } },
  });
  expect(parse({})).toEqual({ kind: 'read', value: report });
});

test.each([[[1]], ['many'], [{ 'web-1': -1 }], [{ 'web-1': '1' }], [{ 'web-1': null }], [null]])(
  'a router that counts %j can not be read',
  (requests) => {
    expect(parse({ requests })).toEqual({ kind: 'unreadable', because: 'requests is not rates by node' });
  },
);
