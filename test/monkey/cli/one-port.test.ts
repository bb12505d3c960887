import { expect, test } from '@jest/globals';
import { cli } from '../../support/cli.ts';

test.each([
  ['by hand', ['--static', 'http://127.0.0.1:1']],
  ['of a pool', ['--redis', 'redis://127.0.0.1:1', '--pool', 'web']],
])('monkey proxy %s does not begin where clients and its admin pages are to have one port', async (_what, where) => {
  const { exit, out, err } = await cli(['proxy', ...where, '--listen', '0.0.0.0:21400', '--admin', '21400']);
  expect([exit, out]).toEqual([2, '']);
  expect(err).toContain('are one port, 127.0.0.1:21400: choose another');
});
