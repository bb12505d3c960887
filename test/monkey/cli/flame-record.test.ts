import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { freePort } from '../../../infra/free-port.ts';
import { cli } from '../../support/cli.ts';
import { stuck, withNode } from '../../support/victim.ts';

const record = (...args: readonly string[]) => cli(['flame', 'record', ...args]);

describe('flame record', () => {
  test('writes a picture of what a process does', async () => {
    const file = join(tmpdir(), `record-${process.pid}.svg`);
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid }) => {
      try {
        const ran = await record('--pid', String(pid), '--seconds', '0.3', '--by', 'inspector', '--output', file);
        expect([ran.exit, ran.out]).toEqual([0, '']);
        const svg = await readFile(file, 'utf8');
        expect(svg).toContain(`node app.js (pid ${pid})`);
        expect(svg).toContain('at 200 Hz by inspector');
        expect(svg).toContain('runaway');
      } finally {
        await rm(file, { force: true });
      }
    });
  });

  test('writes folded stacks to stdout', async () => {
    const port = await freePort();
    await withNode(stuck, [`--inspect-port=${port}`], async ({ pid }) => {
      const { exit, out } = await record('--pid', String(pid), '--seconds', '0.3', '--format', 'folded');
      expect([exit, out]).toEqual([0, expect.stringMatching(/;runaway \S+app\.js:1:17 \d+$/m)]);
    });
  });

  test('says that there is no such process', async () => {
    // Linux has no pids beyond 2^22.
    expect(await record('--pid', '4194304')).toEqual({
      exit: 1,
      out: '',
      err: 'monkey: no process 4194304 runs here\n',
    });
  });

  test.each([
    ['/nowhere/at/all.svg', 'there is no such folder'],
    ['/', 'it is a folder'],
  ])('says that %s cannot be written before it looks at any process', async (file, why) => {
    expect(await record('--pid', '4194304', '--output', file)).toEqual({
      exit: 3,
      out: '',
      err: `monkey: ${file} can't be written: ${why}\n`,
    });
  });

  test.each([
    [[], /one of --pid PID, --unit UNIT or --all/],
    [['--pid', '1', '--all'], /one of --pid PID, --unit UNIT or --all/],
    [['--pid', '1', '--hz', '5000'], /a number from 1 to 1000/],
    [['--pid', '1.5'], /a whole number/],
  ])('refuses %j', async (args, because) => {
    expect(await record(...args)).toMatchObject({ exit: 2, out: '', err: expect.stringMatching(because) });
  });

  test('says that the inspector does not look at a whole machine', async () => {
    expect(await record('--all', '--by', 'inspector')).toMatchObject({
      exit: 3,
      err: 'monkey: the inspector looks at one process, not at the whole machine\n',
    });
  });
});
