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

test('a router says whom it leaves out', () => {
  const more = { ejected: ['web-1'], panic: true };
  expect(parse(more)).toEqual({ kind: 'read', value: { ...report, ...more } });
});

test.each([
  [{ ejected: 'web-1' }, 'ejected is not a list of node ids'],
  [{ ejected: [1] }, 'ejected is not a list of node ids'],
  [{ panic: 1 }, 'panic is not true or false'],
])('a router that says %j can not be read', (more, because) => {
  expect(parse(more)).toEqual({ kind: 'unreadable', because });
});
