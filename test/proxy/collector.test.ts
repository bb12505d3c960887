import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** A V8 that does not know the flag says so on stderr, with each start. */
test('this Node knows the flag that keeps requests young', () => {
  const file = new URL('../../proxy/collector.ts', import.meta.url).pathname;
  const flag = /'(--[\w-]+)'/.exec(readFileSync(file, 'utf8'))?.[1] ?? 'none';
  const { status, stderr } = spawnSync(process.execPath, ['-e', `require('v8').setFlagsFromString('${flag}')`], {
    encoding: 'utf8',
  });
  expect([flag, status, stderr]).toEqual(['--no-allocation-site-pretenuring', 0, '']);
});
