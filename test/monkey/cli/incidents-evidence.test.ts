import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type KeptEvidence, keptProfile } from '../../../monkey/doctor/evidence/kept.ts';
import { toJson } from '../../../pool/json.ts';
import { cli, flags } from '../../support/cli.ts';
import { evidenceOfSpin } from '../../support/kept-evidence.ts';
import { draftOf, put } from '../../support/nodes.ts';
import { poolWith } from '../../support/pool-with.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'incident-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const withEvidence = async (evidence: KeptEvidence = evidenceOfSpin) => {
  const { order, pool, server } = await poolWith({ 'web-1': {} });
  const entry = { step: 'found', because: 'cpu 99%' };
  await order(() => ({
    kind: 'commit',
    draft: draftOf([put('web-1'), { kind: 'incident', incident: 'inc-7', node: 'web-1', entry }]),
  }));
  await pool.keepEvidence('inc-7', toJson(evidence), { deadlineMs: 1_000 });
  return (...words: readonly string[]) => cli(['incidents', ...words, ...flags], { server });
};

describe('the evidence of an incident', () => {
  test('stands below its steps: the profile, the hottest frames, the log, and what could not be had', async () => {
    const run = await withEvidence();
    const { out, exit } = await run('inc-7');
    expect(exit).toBe(0);
    expect(out.split('\n').slice(5)).toEqual([
      'Profile: node app.js (pid 7), 5s at 99 Hz by inspector, 500 samples',
      '     94% in runaway, app/routes/spin.js:12 (0% when healthy)',
      '      6% in main, srv/app/main.js:1 (100% when healthy)',
      '  monkey incidents inc-7 --flame FILE.svg draws it',
      '  --diff FILE.svg draws how it differs from web-2 when that was healthy',
      '',
      'meow.service, its last lines:',
      '  GET /spin',
      '  it spins',
      '',
      "not had: the kernel's log could not be read: not permitted",
      '',
    ]);
  });

  test('tells who was killed and who grew with the story, also where nothing else is kept', async () => {
    const { order, server } = await poolWith({ 'web-1': {} });
    const memory = {
      killed: [{ command: 'app\u001b[2J', pid: 7, rssBytes: 2 ** 30, by: 'gone', seenMs: 20_000 }],
      grew: [{ command: 'app', fromBytes: 2 ** 29, toBytes: 2 ** 30, overMs: 60_000, bytes: [1, 2] }],
    };
    const entry = { step: 'evidence', because: 'taken while draining', detail: { memory } };
    await order(() => ({
      kind: 'commit',
      draft: draftOf([{ kind: 'incident', incident: 'inc-8', node: 'web-1', entry }]),
    }));
    const { out } = await cli(['incidents', 'inc-8', ...flags], { server });
    expect(out).toContain(
      'Memory:\n  killed: probably app?[2J (pid 7, 1 GiB 20s before)\n  grew: app 512 MiB → 1 GiB in 1m ▁█\n',
    );
  });

  test('says of one sample that it is one', async () => {
    const stacks = new Map([['main /srv/app/main.js:1:1', 1]]);
    const profile = keptProfile({ kind: 'captured', by: 'perf', of: 'node', seconds: 5, hz: 99, stacks });
    const run = await withEvidence({ ...evidenceOfSpin, profile });
    expect((await run('inc-7')).out).toContain('Profile: node, 5s at 99 Hz by perf, 1 sample\n');
  });

  test('is drawn to a file, and how it differs from a healthy node beside it', async () => {
    const run = await withEvidence();
    const [flame, diff] = [join(folder, 'flame.svg'), join(folder, 'diff.svg')];
    expect(await run('inc', '--flame', flame, '--diff', diff)).toMatchObject({ exit: 0, out: '' });
    expect(await readFile(flame, 'utf8')).toMatch(/<svg[\s\S]*web-1: node app\.js[\s\S]*runaway/);
    expect(await readFile(diff, 'utf8')).toMatch(/web-1 compared with web-2[\s\S]*0\.00 % → 94\.00 %, new/);
  });

  test('goes to stdout as folded stacks, and nothing else does', async () => {
    const run = await withEvidence();
    expect((await run('inc-7', '--flame', '-', '--format', 'folded')).out).toBe(
      'main /srv/app/main.js:1:1 30\nmain /srv/app/main.js:1:1;runaway /srv/app/routes/spin.js:12:3 470\n',
    );
  });

  test('is in the JSON of its incident, and null where there is none', async () => {
    const evidence = JSON.parse((await (await withEvidence())('inc-7', '--json')).out).evidence;
    expect(evidence).toMatchObject({ node: 'web-1', profile: { by: 'inspector' }, journal: { of: 'meow.service' } });
    const { order, server } = await poolWith({ 'web-1': {} });
    const entry = { step: 'found', because: 'cpu 99%' };
    await order(() => ({
      kind: 'commit',
      draft: draftOf([{ kind: 'incident', incident: 'inc-8', node: 'web-1', entry }]),
    }));
    expect(JSON.parse((await cli(['incidents', 'inc-8', '--json', ...flags], { server })).out).evidence).toBeNull();
    const nothing = await cli(['incidents', 'inc-8', '--flame', '-', ...flags], { server });
    expect(nothing).toMatchObject({ exit: 1, err: expect.stringContaining('no evidence of inc-8 is kept') });
  });
});

describe('where there is nothing to draw, that is said', () => {
  test('without a profile, with why there is none', async () => {
    const run = await withEvidence({ node: 'web-1', missing: ['a profile: perf_event_paranoid is 4'] });
    expect(await run('inc-7', '--flame', '-')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('there is no profile in the evidence of inc-7: a profile: perf_event_paranoid is 4'),
    });
  });

  test('without a healthy node to compare with', async () => {
    const { healthy: _none, ...alone } = evidenceOfSpin;
    const run = await withEvidence(alone);
    expect(await run('inc-7', '--diff', '-')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('no profile of a healthy node'),
    });
  });

  test('without an id, and where the file cannot be written', async () => {
    const run = await withEvidence();
    expect(await run('--flame', '-')).toMatchObject({ exit: 2, err: expect.stringContaining('say which') });
    const nowhere = join(folder, 'none', 'flame.svg');
    expect(await run('inc-7', '--flame', nowhere)).toMatchObject({
      exit: 3,
      err: expect.stringContaining(`${nowhere} can't be written: ENOENT`),
    });
  });
});
