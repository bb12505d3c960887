import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noSystemdAnalyze } from '../../support/systemd-analyze.ts';
import { testUnless } from '../../support/unless.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, 'infra/systemd');
const units = readdirSync(folder).filter((name) => /\.(service|slice)$/.test(name));
const daemons = units.filter((name) => /^doctor-monkey-.*\.service$/.test(name));
const testWithSystemd = testUnless(noSystemdAnalyze());

/** The units as they would be once installed here: verifying looks for the programs they start. */
let installed: string;

beforeAll(async () => {
  installed = await mkdtemp(join(tmpdir(), 'units-'));
  for (const name of units) {
    const text = readFileSync(join(folder, name), 'utf8');
    const here = text.replaceAll('/opt/doctor-monkey/', root).replaceAll('/usr/bin/node', process.execPath);
    await writeFile(join(installed, name), here);
  }
});

afterAll(() => rm(installed, { recursive: true, force: true }));

const analyze = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8', timeout: 30_000 });
  return { status, said: stdout + stderr };
};

/** The values of a key, in order; systemd lets some keys stand more than once. */
const values = (unit: string, key: string): readonly string[] =>
  readFileSync(join(folder, unit), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));

test('there is a unit for each daemon and for the app', () => {
  expect(units).toEqual(expect.arrayContaining([...daemons, 'meow.service', 'doctormonkey.slice']));
  expect(daemons).toHaveLength(4);
});

testWithSystemd('systemd takes every unit without a word', () => {
  const paths = units.map((name) => join(installed, name));
  expect(analyze('verify', '--man=no', ...paths)).toEqual({ status: 0, said: '' });
});

describe.each(daemons)('%s', (unit) => {
  testWithSystemd('is exposed by 3.0 at most', () => {
    const { status, said } = analyze('security', '--offline=true', '--threshold=30', join(installed, unit));
    expect(said).toContain('Overall exposure level');
    expect(status).toBe(0);
  });

  test('is restarted for ever, with a delay that grows, and kept between restarts', () => {
    expect(values(unit, 'Restart')).toEqual(['always']);
    expect(values(unit, 'StartLimitIntervalSec')).toEqual(['0']);
    expect(values(unit, 'ExecStartPre')).toEqual(['/opt/doctor-monkey/infra/systemd/restart-delay']);
    expect(values(unit, 'RuntimeDirectory')).toEqual([unit.replace('.service', '')]);
    expect(values(unit, 'RuntimeDirectoryPreserve')).toEqual(['restart']);
  });

  test('says by itself when it is ready, and is restarted when it no longer turns', () => {
    expect(values(unit, 'Type')).toEqual(['notify']);
    expect(values(unit, 'NotifyAccess')).toEqual(['all']);
    expect(Number(values(unit, 'WatchdogSec')[0])).toBeGreaterThan(0);
  });

  test('gets its secrets as credentials, never from its environment', () => {
    expect(values(unit, 'LoadCredential').length).toBeGreaterThan(0);
    expect(values(unit, 'Environment').join(' ')).not.toMatch(/token|password|secret/i);
  });
});

test('the agent still gets CPU and memory when the node has none left', () => {
  const agent = 'doctor-monkey-agent.service';
  expect(values(agent, 'Slice')).toEqual(['doctormonkey.slice']);
  expect(Number(values('doctormonkey.slice', 'CPUWeight')[0])).toBeGreaterThan(100);
  expect(Number.parseInt(values('doctormonkey.slice', 'MemoryMin')[0]!, 10)).toBeGreaterThanOrEqual(
    Number.parseInt(values(agent, 'MemoryMin')[0]!, 10),
  );
  expect(Number(values(agent, 'OOMScoreAdjust')[0])).toBeLessThan(-500);
  expect(Number(values('meow.service', 'OOMScoreAdjust')[0])).toBeGreaterThan(0);
});
