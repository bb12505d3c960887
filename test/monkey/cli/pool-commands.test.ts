import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../pool/clock.ts';
import { cli, flags } from '../../support/cli.ts';
import { draftOf, put } from '../../support/nodes.ts';
import { poolWith } from '../../support/pool-with.ts';

const generous = { limits: { out: { number: 5, share: '100%' } } };

describe('nodes', () => {
  test('shows each node with its state, its last beat and why, and what to be worried about', async () => {
    const pool = await poolWith({
      'web-1': {},
      'web-2': { state: 'quarantined', because: 'checks failed' },
      'web-3': { state: 'held', heldBy: 'bob', because: 'a look inside' },
    });
    await pool.pool.beat(
      { node: 'web-1', session: 's', vitals: { vitals: { cpu: { kind: 'measured', share: 0.425 } } } },
      { deadlineMs: 1_000 },
    );
    const { exit, out } = await cli(['nodes', ...flags], { server: pool.server });
    expect(exit).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toBe('pool web: 1 of 3 serve · version 1 · no leader · no routers');
    expect(lines[2]).toMatch(/^NODE +SERVICE +STATE +FOR +CPU +BEAT +URL +WHY$/);
    expect(lines[3]).toMatch(/^web-1 +meow +serving +\S.* 42\.5% +\d+s +http:\/\/web-1\.test:8080 +a test says so$/);
    expect(lines[4]).toMatch(/quarantined .* checks failed$/);
    expect(lines[5]).toMatch(/held .* a look inside \(held by bob\)$/);
    expect(out).toContain('! no controller leads');
  });

  test('tells of notices and pages that wait or were lost, and of none where nothing does', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const still = await cli(['nodes', ...flags], { server: pool.server });
    expect(still.out).not.toContain('outbox');
    const page = { id: 'n1', kind: 'quarantined', urgency: 'page', text: 'web-1' } as const;
    await pool.order(() => ({ kind: 'commit', draft: draftOf([put('web-1')], { notices: [page] }) }));
    pool.server.data.lost = 3;
    const { out } = await cli(['nodes', ...flags], { server: pool.server });
    expect(out).toContain('outbox: notices 1 waiting, 3 lost · pages 1 waiting\n');
    const watched = await cli(['watch', '--for', '0.1', ...flags], { server: pool.server });
    expect(watched.out).toContain('outbox: notices 1 waiting');
    const { out: json } = await cli(['nodes', '--json', ...flags], { server: pool.server });
    expect(JSON.parse(json).outbox).toMatchObject({ written: 1, waiting: 1, lost: 3, pages: { waiting: 1 } });
  });

  test('tells what keeps the notices, in the words of the controller that leads', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const lease = { holder: 'c-1', token: 't', forMs: 60_000, trouble: 'Slack: invalid_auth' };
    await pool.pool.lease(lease, { deadlineMs: 1_000 });
    expect((await cli(['nodes', ...flags], { server: pool.server })).out).not.toContain('invalid_auth');
    const notice = { id: 'n1', kind: 'sick', urgency: 'info', text: 'web-1' } as const;
    await pool.order(() => ({ kind: 'commit', draft: draftOf([put('web-1')], { notices: [notice] }) }));
    const { out } = await cli(['nodes', ...flags], { server: pool.server });
    expect(out).toContain('outbox: notices 1 waiting (Slack: invalid_auth)\n');
    const { out: json } = await cli(['nodes', '--json', ...flags], { server: pool.server });
    expect(JSON.parse(json).leader).toMatchObject({ holder: 'c-1', trouble: 'Slack: invalid_auth' });
  });

  test('says what a serving node is sick of, and with which value', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const finding = { kind: 'sick', finding: 'disk', because: 'bytes of / 97%, threshold 95%' };
    await pool.pool.beat({ node: 'web-1', session: 's', vitals: { finding } }, { deadlineMs: 1_000 });
    const { out } = await cli(['nodes', ...flags], { server: pool.server });
    expect(out).toContain('sick by disk: bytes of / 97%, threshold 95%');
    const { out: json } = await cli(['nodes', '--json', ...flags], { server: pool.server });
    expect(JSON.parse(json).nodes[0]).toMatchObject({ finding });
  });

  test('warns of a policy that can never admit a treatment', async () => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': {} }, { limits: { minServing: 2 } });
    const { out } = await cli(['nodes', ...flags], { server: pool.server });
    expect(out).toContain('! the policy can never admit a treatment: limits.minServing is 2 and the pool has 2 nodes');
  });

  test('warns of routers that are silent, of garbage and of states of another version', async () => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': { state: 'enchanted' } });
    await pool.pool.reportRouter({ id: 'router-1', version: 1, draining: {} }, { deadlineMs: 1_000 });
    const { server } = pool;
    server.data.nodes.set('web-3', 'no JSON');
    const { out } = await cli(['nodes', '--json', ...flags], { server: pool.server });
    const answer = JSON.parse(out);
    expect(answer.routers).toMatchObject([{ id: 'router-1', silent: false, inFlight: 0 }]);
    expect(answer.warnings).toEqual(
      expect.arrayContaining([
        'web-2 is enchanted, a state of another version: it is out and nobody acts on it',
        expect.stringMatching(/^dm:\{web\}:nodes web-3 can not be read: /),
      ]),
    );
  });

  test.each([
    [false, 'router router-1 leaves out web-1 for now: requests there fail'],
    [
      true,
      'router router-1 leaves out web-1 for now: requests there fail; so few are left that it asks all of them all the same',
    ],
  ])('warns of nodes that a router leaves out (panic: %j)', async (panic, warning) => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': {} });
    const report = { id: 'router-1', version: 1, draining: {}, ejected: ['web-1'], panic };
    await pool.pool.reportRouter(report, { deadlineMs: 1_000 });
    const answer = JSON.parse((await cli(['nodes', '--json', ...flags], { server: pool.server })).out);
    expect(answer.routers).toMatchObject([{ ejected: ['web-1'], panic }]);
    expect(answer.warnings).toContain(warning);
  });

  test('lets nothing from Redis move the cursor', async () => {
    const pool = await poolWith({ 'web-1': { because: 'so\u001b[2Jwhat\r\nelse' } });
    const { out } = await cli(['nodes', ...flags], { server: pool.server });
    expect(out).toContain('so·[2Jwhat··else');
  });

  test('colours for a terminal, and not where NO_COLOR is set', async () => {
    const { server } = await poolWith({ 'web-1': {} });
    expect((await cli(['nodes', ...flags], { server, columns: 200 })).out).toContain('\u001b[32mserving\u001b[39m');
    expect((await cli(['nodes', ...flags], { server, columns: 200, env: { NO_COLOR: '1' } })).out).not.toContain(
      '\u001b',
    );
  });

  test('fits the terminal by cutting why', async () => {
    const { server } = await poolWith({ 'web-1': { because: 'x'.repeat(300) } });
    const { out } = await cli(['nodes', ...flags], { server, columns: 100, env: { NO_COLOR: '1' } });
    const row = out.split('\n').find((line) => line.startsWith('web-1'))!;
    expect(row).toHaveLength(100);
    expect(row.endsWith('…')).toBe(true);
  });
});

describe('drain', () => {
  test('waits until the agent has ended the drain, and says for what', async () => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': {} }, generous);
    let said = '';
    const heard = (part: string): void => {
      said += part;
    };
    const ran = cli(['drain', 'web-1', '--because', 'new disk', ...flags], { server: pool.server, heard });
    await until(async () => said.includes('waiting'));
    expect((await pool.view()).nodes.get('web-1')?.state).toBe('draining');
    const record = (await pool.view()).nodes.get('web-1')!;
    expect(record).toMatchObject({ heldBy: 'ann', because: 'by ann: new disk' });
    const { version, commit, ...rest } = record;
    await pool.order(() => ({
      kind: 'commit',
      draft: draftOf([{ kind: 'put-node', node: { ...rest, state: 'held' } }]),
    }));
    expect(await ran).toEqual({
      exit: 0,
      out: 'web-1 is held out of the pool; to give it back: monkey readmit web-1\n',
      err: 'waiting: no router is known, so nobody can say that it let go\n',
    });
  });

  test('ends the drain itself where the agent is dead', async () => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': {} }, { ...generous, drain: { deadline: '300ms' } });
    pool.server.data.seen.delete('web-1');
    const { exit, out, err } = await cli(['drain', 'web-1', '--because', 'x', '--json', ...flags], {
      server: pool.server,
    });
    expect({ exit, out: JSON.parse(out) }).toEqual({
      exit: 0,
      out: { ok: true, what: 'held', version: expect.any(Number) },
    });
    expect(err).toContain('(its agent is silent)');
    expect((await pool.view()).nodes.get('web-1')).toMatchObject({ state: 'held', heldBy: 'ann' });
  });

  test('does not wait where nobody wants it to', async () => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': {} }, generous);
    expect(await cli(['drain', 'web-1', '--because', 'x', '--no-wait', ...flags], { server: pool.server })).toEqual({
      exit: 0,
      out: 'web-1 is out of the live list and being drained\n',
      err: '',
    });
  });

  test('says that a treatment comes first', async () => {
    const { server } = await poolWith({ 'web-1': { state: 'rebooting' }, 'web-2': {} });
    const { exit, out } = await cli(['drain', 'web-1', '--because', 'x', ...flags], { server });
    expect({ exit, out }).toEqual({
      exit: 0,
      out: 'web-1 is being treated, and there is no way back from that: it will be held once it is through\n',
    });
  });

  test('names the guard that refuses and ends with 1', async () => {
    const { server } = await poolWith({ 'web-1': {} });
    expect(await cli(['drain', 'web-1', '--because', 'x', ...flags], { server })).toEqual({
      exit: 1,
      out: '',
      err: 'monkey: web-1 is not drained. min-serving: 0 other nodes serve, at least 1 must; with --force it is done all the same, and the record says so\n',
    });
    const { exit, out } = await cli(['drain', 'web-1', '--because', 'x', '--json', ...flags], { server });
    expect({ exit, out: JSON.parse(out) }).toMatchObject({
      exit: 1,
      out: { ok: false, refusal: 'vetoed', vetoes: [{ guard: 'min-serving', detail: { left: 0, minServing: 1 } }] },
    });
  });
});

describe('reboot', () => {
  test('is ordered of the agent, or refused by the guards', async () => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': {} }, generous);
    const how = { server: pool.server };
    expect(await cli(['reboot', 'web-1', '--because', 'a new kernel', ...flags], how)).toEqual({
      exit: 0,
      out: 'web-1 is being drained, and its agent then reboots it; see: monkey why web-1\n',
      err: '',
    });
    expect((await pool.view()).nodes.get('web-1')).toMatchObject({ state: 'draining', orderedBy: 'ann' });
    expect(await cli(['reboot', 'web-2', '--because', 'x', ...flags], how)).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^monkey: web-2 is not rebooted\. .*min-serving: /),
    });
    const forced = await cli(['reboot', 'web-2', '--because', 'x', '--force', '--json', ...flags], how);
    expect({ exit: forced.exit, out: JSON.parse(forced.out) }).toMatchObject({
      exit: 0,
      out: { ok: true, what: 'reboot-ordered' },
    });
  });

  test('passes over no hold', async () => {
    const { server } = await poolWith({ 'web-1': { state: 'held', heldBy: 'bob' }, 'web-2': {} });
    expect(await cli(['reboot', 'web-1', '--because', 'x', '--force', ...flags], { server })).toMatchObject({
      exit: 1,
      err: expect.stringContaining('held by bob, and no order passes over a hold'),
    });
  });
});

describe("a human's hand", () => {
  test.each([
    ['drain', ['--because', 'x']],
    ['readmit', []],
    ['leave', []],
    ['reboot', ['--because', 'x']],
  ])('%s of a node that does not exist says so, with what may have been meant', async (command, args) => {
    const { server } = await poolWith({ 'web-1': {}, 'web-2': {} });
    expect(await cli([command, 'wbe-1', ...args, ...flags], { server })).toEqual({
      exit: 1,
      out: '',
      err: 'monkey: no node wbe-1; did you mean web-1?\n',
    });
  });

  test('of a node that is held already says by whom', async () => {
    const { server } = await poolWith({ 'web-1': { state: 'held', heldBy: 'bob' }, 'web-2': {} });
    expect(await cli(['drain', 'web-1', '--because', 'x', '--force', ...flags], { server })).toEqual({
      exit: 1,
      out: '',
      err: 'monkey: web-1 is held by bob already\n',
    });
  });

  test('is that of --by, else of who asked sudo, else of the user', async () => {
    const by = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
      const pool = await poolWith({});
      await cli(['pause', '--because', 'x', ...args, ...flags], { server: pool.server, env });
      return (await pool.view()).lever?.by;
    };
    expect(await by(['--by', 'carol'], { SUDO_USER: 'bob' })).toBe('carol');
    expect(await by([], { SUDO_USER: 'bob', USER: 'root' })).toBe('bob');
    expect(await by([], {})).toBe('ann');
  });

  test('pauses for a time, and resumes', async () => {
    const pool = await poolWith({});
    const how = { server: pool.server };
    expect(await cli(['pause', '--because', 'a release', '--until', '2h', ...flags], how)).toMatchObject({ exit: 0 });
    expect((await cli(['nodes', ...flags], how)).out).toMatch(
      /healing is paused by ann for (2h|1h 59m) more: a release/,
    );
    expect(await cli(['pause', '--because', 'again', ...flags], how)).toMatchObject({ exit: 1 });
    expect(await cli(['resume', ...flags], how)).toEqual({
      exit: 0,
      out: 'healing of the pool web goes on\n',
      err: '',
    });
    expect(await cli(['resume', ...flags], how)).toEqual({ exit: 1, out: '', err: 'monkey: nothing is paused\n' });
  });

  test('does not pause until some day', async () => {
    const { server } = await poolWith({});
    expect(await cli(['pause', '--because', 'x', '--until', 'tomorrow', ...flags], { server })).toMatchObject({
      exit: 2,
    });
  });

  test('readmits and lets leave', async () => {
    const pool = await poolWith({ 'web-1': { state: 'quarantined' }, 'web-2': { state: 'held' } });
    const how = { server: pool.server };
    expect(await cli(['readmit', 'web-1', ...flags], how)).toEqual({
      exit: 0,
      out: 'web-1 is being checked by its agent, and serves once it passes\n',
      err: '',
    });
    expect(await cli(['leave', 'web-2', ...flags], how)).toMatchObject({ exit: 0, err: '' });
    expect(await cli(['leave', 'web-2', '--forget', ...flags], how)).toEqual({
      exit: 0,
      out: 'web-2 is forgotten\n',
      err: '',
    });
    expect([...(await pool.view()).nodes.values()].map(({ id, state }) => [id, state])).toEqual([
      ['web-1', 'checking'],
    ]);
  });
});

describe('policy', () => {
  const files = { 'p.yaml': 'limits: { minServing: 3 }\n', 'bad.yaml': 'limits: { minserving: 3 }\n' };

  test('is applied, shown and compared', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const how = { server: pool.server, files };
    expect(await cli(['policy', 'diff', 'p.yaml', ...flags], how)).toEqual({
      exit: 1,
      out: '- limits.minServing: 1\n+ limits.minServing: 3\n',
      err: '',
    });
    expect(await cli(['policy', 'apply', 'p.yaml', ...flags], how)).toMatchObject({
      exit: 0,
      out: '- limits.minServing: 1\n+ limits.minServing: 3\nthe pool web has the policy of p.yaml as version 1; it counts from the next round of each agent\n',
      err: expect.stringContaining('! the policy can never admit a treatment'),
    });
    expect(pool.server.data.outbox.at(-1)?.notice).toContain('which is version 1 now: limits.minServing 1 → 3');
    const again = await cli(['policy', 'apply', 'p.yaml', '--json', ...flags], how);
    expect({ exit: again.exit, ...JSON.parse(again.out) }).toMatchObject({
      exit: 0,
      what: 'same',
      warnings: expect.arrayContaining([expect.stringContaining('can never admit a treatment')]),
    });
    expect(await cli(['policy', 'diff', 'p.yaml', ...flags], how)).toEqual({
      exit: 0,
      out: 'no difference\n',
      err: '',
    });
    expect((await cli(['policy', 'show', ...flags], how)).out).toMatch(
      /^# version 1, by ann, \d{4}-.*\nlimits:\n {2}minServing: 3\n$/,
    );
    expect(JSON.parse((await cli(['policy', 'show', '--json', ...flags], how)).out)).toMatchObject({
      version: 1,
      by: 'ann',
      source: { limits: { minServing: 3 } },
      policy: { limits: { minServing: 3 }, drain: { deadline: '30s' } },
    });
  });

  test.each(['', '# nothing\n', '{}\n'])(
    'that says nothing (%j) is refused, not taken for all defaults',
    async (text) => {
      const pool = await poolWith({ 'web-1': {} }, { limits: { minServing: 1 } });
      const ran = await cli(['policy', 'apply', 'p.yaml', ...flags], {
        server: pool.server,
        files: { 'p.yaml': text },
      });
      expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining('p.yaml says nothing') });
      expect((await pool.view()).policy?.version).toBe(1);
    },
  );

  test('shown can be applied again', async () => {
    const pool = await poolWith({});
    const shown = (await cli(['policy', 'show', ...flags], { server: pool.server })).out;
    const how = { server: pool.server, files: { 'shown.yaml': shown } };
    expect((await cli(['policy', 'diff', 'shown.yaml', ...flags], how)).exit).toBe(0);
    expect((await cli(['policy', 'apply', 'shown.yaml', ...flags], how)).exit).toBe(0);
  });

  test('that is wrong is told of like a configuration, and changes nothing', async () => {
    const pool = await poolWith({});
    expect(await cli(['policy', 'apply', 'bad.yaml', ...flags], { server: pool.server, files })).toEqual({
      exit: 2,
      out: '',
      err: 'bad.yaml: 1 problem\n  limits.minserving: unknown key; did you mean limits.minServing?\n',
    });
    expect((await pool.view()).policy).toBe(undefined);
    expect(await cli(['policy', 'apply', 'none.yaml', ...flags], { server: pool.server, files })).toMatchObject({
      exit: 2,
      err: 'monkey: none.yaml does not exist\n',
    });
  });
});

describe('incidents', () => {
  const withIncident = async () => {
    const pool = await poolWith({ 'web-1': {} });
    const entry = { step: 'found', because: 'cpu 99%' };
    const end = { step: 'back', because: 'all checks passed', outcome: 'healed' } as const;
    await pool.order(() => ({
      kind: 'commit',
      draft: draftOf([
        put('web-1'),
        ...[entry, end].map((one) => ({ kind: 'incident', incident: 'inc-7', node: 'web-1', entry: one }) as const),
      ]),
    }));
    return pool.server;
  };

  test('tell how often each remedy has cured each finding', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const entries = [
      { step: 'found', because: 'memory 97%', detail: { finding: 'memory' } },
      { step: 'restarting', because: 'x', detail: { finding: 'memory', remedy: 'restart-service' } },
      { step: 'quarantined', because: 'x', outcome: 'quarantined' },
    ] as const;
    const writes = entries.map((entry) => ({ kind: 'incident', incident: 'inc-7', node: 'web-1', entry }) as const);
    await pool.order(() => ({ kind: 'commit', draft: draftOf(writes) }));
    const { server } = pool;
    const { out } = await cli(['incidents', '--cures', ...flags], { server });
    expect(out).toMatch(/^FINDING +REMEDY +TRIED +CURED +RELAPSED +FAILED +OPEN +RATE$/m);
    expect(out).toMatch(/^memory +restart-service +1 +0 +0 +1 +0 +0%$/m);
    expect(JSON.parse((await cli(['incidents', '--cures', '--json', ...flags], { server })).out)).toEqual({
      incidents: 1,
      sinceMs: expect.any(Number),
      cures: [{ finding: 'memory', remedy: 'restart-service', tried: 1, cured: 0, relapsed: 0, failed: 1, open: 0 }],
    });
    expect((await cli(['incidents', 'inc-7', '--cures', ...flags], { server })).exit).toBe(2);
  });

  test('tell where no remedy was tried yet', async () => {
    const { server } = await poolWith({ 'web-1': {} });
    const { out } = await cli(['incidents', '--cures', ...flags], { server });
    expect(out).toBe('no remedy was tried in the incidents that are kept\n');
  });

  test('are listed, and one is told whole', async () => {
    const server = await withIncident();
    expect((await cli(['incidents', ...flags], { server })).out).toMatch(
      /^INCIDENT .*\ninc-7 +web-1 .* healed +cpu 99%\n$/,
    );
    const story = (await cli(['incidents', 'inc', ...flags], { server })).out;
    expect(story).toMatch(
      /^inc-7: web-1, .*, healed\n\nAFTER .*\n +0ms +found +cpu 99%\n +0ms +back +all checks passed\n$/,
    );
    expect(JSON.parse((await cli(['incidents', 'inc-7', '--json', ...flags], { server })).out)).toMatchObject({
      id: 'inc-7',
      outcome: 'healed',
      entries: [{ step: 'found' }, { step: 'back' }],
    });
  });

  test('tell what a human passed over by force', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const entry = { step: 'ordered', because: 'reboot ordered by ann', detail: { forced: ['heat', 'cooldown'] } };
    await pool.order(() => ({
      kind: 'commit',
      draft: draftOf([{ kind: 'incident', incident: 'inc-7', node: 'web-1', entry }]),
    }));
    expect((await cli(['incidents', 'inc-7', ...flags], { server: pool.server })).out).toContain(
      'reboot ordered by ann; with --force, against heat, cooldown\n',
    );
  });

  test('that are none say so', async () => {
    const { server } = await poolWith({});
    expect((await cli(['incidents', ...flags], { server })).out).toBe('nothing has happened\n');
    expect(await cli(['incidents', 'inc-1', ...flags], { server })).toMatchObject({
      exit: 1,
      err: 'monkey: no incident inc-1; monkey incidents lists them\n',
    });
  });
});

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await systemClock.sleep(10);
};
