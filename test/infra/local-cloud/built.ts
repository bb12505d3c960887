import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The command and the app, built into a folder of their own: nobody else's build can change under a test. */
export const builtCommand = async (): Promise<{ readonly monkey: string; readonly remove: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'monkey-built-'));
  const outdir = join(folder, 'dist');
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--outdir', outdir]);
  return { monkey: join(outdir, 'monkey.js'), remove: () => rm(folder, { recursive: true, force: true }) };
};
