/** The demo as a newcomer runs it: `scripts/demo --once --report FILE`, on real parts from end to end. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { Report } from '../../monkey/cli/demo/report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('heals both nodes, spares all when all are hot, loses no request, tells Slack, and leaves nothing behind', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'demo-test-'));
  try {
    const before = await readdir(tmpdir());
    const file = join(dir, 'out.json');
    // It fails where something is missing; what, is in the report.
    const { stdout } = await promisify(execFile)(join(root, 'scripts/demo'), ['--once', '--report', file]).catch(
      (error: unknown) => error as { readonly stdout: string },
    );
    const report = JSON.parse(await readFile(file, 'utf8')) as Report;
    expect(report.missing).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.requests).toMatchObject({ failed: 0, ok: report.requests.sent });
    expect(report.heals.map(({ act }) => act)).toEqual(['stress beside the app', 'runaway loop in the app']);
    for (const heal of report.heals) {
      expect(heal.bootIdAfter).not.toBe(heal.bootIdBefore);
      expect(heal.checks.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(3);
      expect(heal.steps.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['found', 'drained', 'rebooted', 'back']),
      );
    }
    expect(new Set(report.heals.map(({ node }) => node)).size).toBe(2);
    expect(report.allHot).toEqual({
      act: 'load on every node',
      treated: [],
      refusals: expect.arrayContaining([expect.stringContaining('that is load, not one sick node')]),
    });
    expect(report.pool.live).toHaveLength(4);
    expect(report.slack.messages).toBeGreaterThan(10);
    expect(stdout).toContain('All that the demo claims was observed.');
    expect((await readdir(tmpdir())).filter((name) => !before.includes(name))).toEqual([]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}, 300_000);
