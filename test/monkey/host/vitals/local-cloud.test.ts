import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import { startLocalCloud } from '../../../../infra/local-cloud/start.ts';
import type { CpuVitals } from '../../../../monkey/doctor/vitals/vitals.ts';
import { procEvidence } from '../../../../monkey/host/evidence.ts';
import { hostVitals } from '../../../../monkey/host/vitals/host-vitals.ts';
import { systemClock } from '../../../../pool/clock.ts';
import { silentLog } from '../../../../pool/log.ts';

/** Serves its port; asked for anything but `/`, it never comes back. */
const app = `
  const { createServer } = require('node:http');
  createServer((request, response) => {
    response.end('meow');
    if (request.url !== '/') setImmediate(() => { for (;;); });
  }).listen(Number(process.env.PORT), '127.0.0.1');
`;

let cloud: LocalCloud;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitals-'));
  const script = join(folder, 'app.cjs');
  await writeFile(script, app);
  const units = () => [{ name: 'app', command: process.execPath, args: [script] }];
  cloud = await startLocalCloud({ nodes: 2, bootMs: 50, graceMs: 100, cpus: 1, units });
  await cloud.untilAnswering({ deadlineMs: 20_000 });
}, 60_000);
afterEach(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true, force: true });
});

const machines = () => {
  const [sick, well] = cloud.instances.map((instance) => {
    const cpu = {
      source: 'process-tree',
      pidFile: join(instance.machineDir, 'init.pid'),
      cpus: instance.cpus,
    } as const;
    const port = Number(new URL(instance.url).port);
    const source = hostVitals({ cpu, app: { port } }, { clock: systemClock, log: silentLog });
    return { ...instance, cpu, measure: () => source.measure({ deadlineMs: 10_000 }) };
  });
  return { sick: sick!, well: well! };
};

const measured = async (machine: {
  measure: () => ReturnType<ReturnType<typeof hostVitals>['measure']>;
}): Promise<CpuVitals> => {
  const { cpu } = await machine.measure();
  if (cpu.kind === 'unknown') throw new Error(cpu.because);
  return cpu;
};

test('tells the machine whose app runs away from the one beside it, and takes evidence of it', async () => {
  const { sick, well } = machines();
  await Promise.all([sick.measure(), well.measure()]);
  await fetch(`${sick.url}/spin`);
  await setTimeout(1_000);
  const [hot, calm] = await Promise.all([measured(sick), measured(well)]);
  expect(hot.share).toBeGreaterThan(calm.share);
  expect(hot.busiestThreadShare).toBeGreaterThan(calm.busiestThreadShare ?? 1);
  const { topByCpu } = await procEvidence({ cpu: sick.cpu }, { clock: systemClock }).take({ deadlineMs: 5_000 });
  expect(topByCpu[0]?.command).toBe('node');
}, 60_000);

test('has been up since the machine was booted, and begins again after a reboot', async () => {
  const { sick } = machines();
  const { uptimeSeconds } = await sick.measure();
  expect(uptimeSeconds).toBeGreaterThanOrEqual(0);
  expect(uptimeSeconds).toBeLessThan(600);
  const down = cloud.untilLife(({ kind, instance }) => kind === 'off' && instance === sick.id, { deadlineMs: 25_000 });
  cloud.faults.inject({ kind: 'power-loss', instance: sick.id });
  await down;
  const gone = await sick.measure();
  expect(gone.cpu.kind).toBe('unknown');
  expect(gone.uptimeSeconds).toBe(0);
  const up = cloud.untilLife(({ kind, instance }) => kind === 'booted' && instance === sick.id, { deadlineMs: 25_000 });
  cloud.faults.undoAll();
  await up;
  await cloud.untilAnswering({ deadlineMs: 20_000 });
  expect((await sick.measure()).cpu).toMatchObject({ kind: 'unknown', because: expect.stringContaining('first time') });
}, 90_000);
