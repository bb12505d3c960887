/** The simulator can fail: each way to break the product is found within 1,000 schedules. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundleSimulator } from './bundle.ts';
import { mutants, type Patch } from './mutants.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mutants-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const simulate = async (name: string, patches: readonly Patch[], schedules: number) => {
  const file = await bundleSimulator(join(folder, name.replaceAll(/\W+/g, '-')), patches);
  return new Promise<{ readonly code: number; readonly out: string }>((resolve) => {
    const args = [file, '--schedules', String(schedules), '--seed', '1', '--no-shrink'];
    execFile(process.execPath, args, { maxBuffer: 1e8 }, (error, out) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out });
    });
  });
};

describe('the simulator', () => {
  test('finds nothing in the product as it is', async () => {
    const { code, out } = await simulate('as it is', [], 200);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/no violation\n$/) });
  }, 300_000);

  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    'finds that %s',
    async (name, { breaks, patches }) => {
      const { code, out } = await simulate(name, patches, 1_000);
      expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('violates: ') });
      expect(out.split('\n')[0]).toMatch(new RegExp(breaks));
    },
    300_000,
  );
});
