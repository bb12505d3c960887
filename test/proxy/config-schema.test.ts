import { expect, test } from '@jest/globals';
import { proxySchema } from '../../proxy/config-schema.ts';

const problems = (input: unknown): readonly string[] =>
  proxySchema.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

test('stands on defaults alone', () => {
  const config = proxySchema.parse({});
  expect(config).toMatchObject({
    listen: { host: '0.0.0.0', port: 8080 },
    admin: { host: '127.0.0.1', port: 8081 },
    choose: 'power-of-two',
    routes: [],
    firstByte: [],
    retry: { share: 0.2, window: 10_000, atLeast: 10 },
    accessLog: 'off',
    ejection: {
      ...{ failures: 5, time: 10_000, longest: 300_000, most: 0.5, panicBelow: 0.5 },
      successRate: { interval: 10_000, nodes: 6, requests: 100, factor: 1.9, fine: 0.95 },
    },
  });
});

test('reads what people write', () => {
  const input = { listen: '127.0.0.1:0', admin: 'off', firstByte: [{ path: '/report', deadline: '30s' }] };
  expect(proxySchema.parse(input)).toMatchObject({
    listen: { host: '127.0.0.1', port: 0 },
    admin: 'off',
    firstByte: [{ path: '/report', deadline: 30_000 }],
  });
});

test.each([
  [{ listen: 'here' }, 'listen: "here" is not [HOST:]PORT, like 8080 or 127.0.0.1:8080'],
  [{ trustedProxies: ['10.0.0.0'] }, 'trustedProxies.0: "10.0.0.0" is not a network; write it like 10.0.0.0/8'],
  [{ firstByte: [{ path: 'report', deadline: '3s' }] }, 'firstByte.0.path: a path starts with /'],
  [{ snapshotFile: 'members.json' }, 'snapshotFile: "members.json" is not absolute; begin it with /'],
])('%j has one problem', (input, problem) => {
  expect(problems(input)).toEqual([problem]);
});
