import { describe, expect, test } from '@jest/globals';
import { cli, flags } from '../../support/cli.ts';
import { draftOf, put } from '../../support/nodes.ts';
import { poolWith } from '../../support/pool-with.ts';
import { vitalsOf } from '../../support/view.ts';

const beat = (pool: Awaited<ReturnType<typeof poolWith>>, finding: object) =>
  pool.pool.beat(
    { node: 'i-0a', session: 'session-of-i-0a', vitals: { vitals: vitalsOf({ share: 0.985 }), finding, mode: 'act' } },
    { deadlineMs: 1_000 },
  );
const sick = { kind: 'sick', finding: 'cpu', because: 'CPU 98.5%, threshold 90%' };

describe('why', () => {
  test('tells the whole decision on a node as a page', async () => {
    const pool = await poolWith({ 'i-0a': {}, 'i-0b': {}, 'i-0c': {} });
    await beat(pool, sick);
    await cli(['pause', '--because', 'a release', '--until', '2h', ...flags], { server: pool.server });
    const { exit, out, err } = await cli(['why', 'i-0a', ...flags], { server: pool.server });
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const lines = out.split('\n');
    expect(lines[0]).toBe('i-0a  meow  http://i-0a.test:8080');
    expect(lines[1]).toMatch(/^✗ it is sick and not treated: lever vetoes$/);
    expect(out).toMatch(/^state {4}serving for .* \(since 1970-01-01 00:00:01Z\): a test says so$/m);
    expect(out).toMatch(/^vitals {3}cpu 98\.5%, source host, over 30s · memory used 40%, total 1 GiB · /m);
    expect(out).toMatch(/^finding {2}sick: CPU 98\.5%, threshold 90%$/m);
    expect(out).toMatch(/^✗ {2}lever +healing is paused by ann: a release$/m);
    expect(out).toMatch(/^✓ {2}cooldown +never treated$/m);
    expect(out).toMatch(/^ {2}in (2h|1h 59m) \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\) +lever lets go$/m);
    expect(out).not.toContain('\u001b');
  });

  test('answers programs with the same as data', async () => {
    const pool = await poolWith({ 'i-0a': {}, 'i-0b': {} });
    await beat(pool, sick);
    const { exit, out } = await cli(['why', 'i-0a', '--json', ...flags], { server: pool.server });
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      node: 'i-0a',
      finding: sick,
      conclusion: { kind: 'treated-next' },
      remedy: { remedy: 'reboot' },
      guards: expect.arrayContaining([{ guard: 'lever', answer: 'allow', because: 'the lever is free', detail: {} }]),
      incidents: [],
      tookMs: expect.any(Number),
    });
  });

  test('lists what happened to the node before', async () => {
    const pool = await poolWith({ 'i-0a': {} });
    const entry = { step: 'back', because: 'CPU 99%', outcome: 'healed' } as const;
    await pool.order(() => ({
      kind: 'commit',
      draft: draftOf([put('i-0a'), { kind: 'incident', incident: 'inc-7', node: 'i-0a', entry }]),
    }));
    const { out } = await cli(['why', 'i-0a', ...flags], { server: pool.server });
    expect(out).toMatch(/^incidents\n {2}inc-7 .* healed +CPU 99%$/m);
  });

  test('colours for a terminal, and lets nothing from Redis move the cursor', async () => {
    const pool = await poolWith({ 'i-0a': { because: 'so\u001b[2Jwhat' } });
    const { out } = await cli(['why', 'i-0a', ...flags], { server: pool.server, columns: 100 });
    expect(out).toContain('\u001b[32m✓');
    expect(out).toContain('so·[2Jwhat');
  });

  test.each([
    ['i-0', 'no node i-0; did you mean i-0a or i-0b?'],
    ['i-0x', 'no node i-0x; did you mean i-0a or i-0b?'],
    ['something-else', 'no node something-else; monkey nodes lists them'],
  ])('says of %s that there is none, with what may have been meant', async (id, words) => {
    const { server } = await poolWith({ 'i-0a': {}, 'i-0b': {} });
    expect(await cli(['why', id, ...flags], { server })).toEqual({ exit: 1, out: '', err: `monkey: ${words}\n` });
  });

  test('says of a record that cannot be read what becomes of it', async () => {
    const { server } = await poolWith({ 'i-0a': {} });
    server.data.nodes.set('i-0b', 'no JSON');
    expect(await cli(['why', 'i-0b', ...flags], { server })).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^monkey: the record of i-0b cannot be read: .*; it is out of rotation/),
    });
  });

  test.each(['policy', 'vitals', 'pulses', 'routers', 'lever'] as const)(
    'works with garbage for its %s',
    async (what) => {
      const pool = await poolWith({ 'i-0a': {}, 'i-0b': {} }, {});
      await beat(pool, sick);
      const { data } = pool.server;
      if (what === 'lever') data.lever = 'garbage';
      else data[what].set(what === 'policy' ? 'source' : 'i-0a', 'garbage');
      const { exit, out } = await cli(['why', 'i-0a', '--json', ...flags], { server: pool.server });
      expect({ exit, node: JSON.parse(out).node }).toEqual({ exit: 0, node: 'i-0a' });
    },
  );
});
