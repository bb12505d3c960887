/** Redis that goes away right after an order took effect: the order stands, and the command says so. */
import { expect, test } from '@jest/globals';
import { cli, flags } from '../../support/cli.ts';
import { poolWith } from '../../support/pool-with.ts';

const files = { 'p.yaml': 'slowStart: 10s\n' };

test.each([
  [
    ['pause', '--because', 'x', '--until', '2h'],
    'healing of the pool web is paused; what EC2 was asked for already still happens\n',
  ],
  [['drain', 'web-1', '--because', 'x', '--no-wait'], 'web-1 is out of the live list and being drained\n'],
  [['readmit', 'web-4'], 'web-4 is to be checked by its agent, and serves once it passes\n'],
  [
    ['policy', 'apply', 'p.yaml'],
    '- slowStart: "30s"\n+ slowStart: "10s"\nthe pool web has the policy of p.yaml; it counts from the next round of each agent\n',
  ],
])('%j is done, though nobody can look at the pool after it', async (args, out) => {
  const { server } = await poolWith({ 'web-1': {}, 'web-2': {}, 'web-3': {}, 'web-4': { state: 'held' } });
  Object.assign(server, { onCommit: () => queueMicrotask(() => server.goAway()) });
  const before = server.data.version;
  expect(await cli([...args, ...flags], { server, files })).toEqual({ exit: 0, out, err: '' });
  expect(server.data.version).toBe(before + 1);
});
