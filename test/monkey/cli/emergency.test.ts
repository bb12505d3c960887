/** What people are told where things are worse than they look. */
import { describe, expect, test } from '@jest/globals';
import { MemoryPool } from '../../../pool/memory-pool.ts';
import { MemoryServer } from '../../../pool/memory-server.ts';
import { cli, flags } from '../../support/cli.ts';
import { draftOf } from '../../support/nodes.ts';
import { poolWith } from '../../support/pool-with.ts';

const limits = { deadlineMs: 1_000 };
const three = { 'web-1': {}, 'web-2': {}, 'web-3': {} };

/** A pool of three in which only these have beaten lately. */
const heard = async (...ids: readonly string[]) => {
  const pool = await poolWith(three);
  const now = pool.server.now;
  Object.assign(pool.server, { now: () => now() + 22_000 });
  await pool.beat(...ids);
  return pool;
};

describe('agents that say nothing', () => {
  test('are warned of, each, and so is that they are more than half', async () => {
    const { server } = await heard('web-1');
    const { out } = await cli(['nodes', ...flags], { server });
    expect(out).toContain('! 2 of 3 nodes are silent, more than half of the pool: hands off');
    expect(out).toMatch(/! web-2 serves, and its agent has not beaten for 2\ds/);
    const why = await cli(['why', 'web-2', ...flags], { server });
    expect(why.out).toMatch(/^✗ .*more than half of the pool: hands off/m);
    expect(why.out).toContain('for a human');
  });

  test('that are few are warned of without the rule of the half', async () => {
    const { server } = await heard('web-1', 'web-2');
    const { out } = await cli(['nodes', ...flags], { server });
    expect(out).not.toContain('more than half');
    expect(out).toContain('! web-3 serves, and its agent has not beaten');
    expect((await cli(['why', 'web-3', ...flags], { server })).out).toContain('✗ it serves, and its agent');
  });

  test('and were found to answer wait for a human, not for a controller', async () => {
    const pool = await heard('web-1', 'web-2');
    const seenMs = (await pool.view()).seen.get('web-3');
    const entry = { step: 'silent', because: 'it answers (HTTP 200): it keeps serving' };
    const incident = { kind: 'incident', incident: `silent-web-3-${seenMs}`, node: 'web-3', entry } as const;
    await pool.order(() => ({ kind: 'commit', draft: draftOf([incident]) }));
    const { out } = await cli(['why', 'web-3', '--json', ...flags], { server: pool.server });
    expect(JSON.parse(out).waiting).toMatchObject({ for: 'a-human' });
  });

  test('are named where a human gives the node back', async () => {
    const pool = await poolWith({ ...three, 'web-3': { state: 'quarantined' } });
    pool.server.data.seen.delete('web-3');
    const { out } = await cli(['readmit', 'web-3', ...flags], { server: pool.server });
    expect(out).toContain('nobody does: its agent has never beaten');
  });
});

test('what a human had given a pool that was lost is asked for again', async () => {
  const pool = await poolWith(three);
  const entry = { step: 'lost-pool', because: 'Redis came back empty', outcome: 'lost' } as const;
  const incident = { kind: 'incident', incident: 'lost-pool-e1', node: '*', entry } as const;
  await pool.order(() => ({ kind: 'commit', draft: draftOf([incident]) }));
  const { out } = await cli(['nodes', ...flags], { server: pool.server });
  expect(out).toMatch(/! the pool's data was lost \S+ ago: a pause and an applied policy may be gone with it/);
  const why = JSON.parse((await cli(['why', 'web-1', '--json', ...flags], { server: pool.server })).out);
  expect(why.guards).toContainEqual(expect.objectContaining({ guard: 'fresh-view', answer: 'veto' }));
});

test('who only observes is told of', async () => {
  const pool = await poolWith(three);
  await pool.pool.beat({ node: 'web-2', session: 's', vitals: { mode: 'observe' } }, limits);
  await pool.pool.lease({ holder: 'c-1', token: 't', forMs: 60_000, mode: 'observe' }, limits);
  const { out } = await cli(['nodes', ...flags], { server: pool.server });
  expect(out).toContain('led by c-1 (observes)');
  expect(out).toContain('! 1 of 3 agents only observe (agent.mode) and treat nothing: web-2');
  expect(out).toContain('! c-1, which leads, only observes (controller.mode): it rescues nobody');
});

describe('a pool that nobody has joined', () => {
  test.each([['pause', '--because', 'x'], ['resume']])('is not %sd', async (...args) => {
    const server = new MemoryServer('web');
    expect(await cli([...args, ...flags], { server })).toMatchObject({
      exit: 1,
      err: expect.stringContaining('no pool web here'),
    });
    expect((await new MemoryPool(server).view(limits)).version).toBe(0);
  });

  test('is paused by force all the same, which the refusal says: its data may be lost', async () => {
    const server = new MemoryServer('web');
    expect((await cli(['pause', '--because', 'x', ...flags], { server })).err).toContain('--force pauses it before');
    expect(await cli(['pause', '--because', 'x', '--force', ...flags], { server })).toMatchObject({ exit: 0 });
    expect((await new MemoryPool(server).view(limits)).lever).toMatchObject({ by: 'ann', because: 'x' });
    expect(await cli(['resume', ...flags], { server })).toMatchObject({ exit: 0 });
  });

  test('is no pool to nodes, and one that may be mistyped to policy apply', async () => {
    const server = new MemoryServer('web');
    expect(await cli(['nodes', ...flags], { server })).toMatchObject({
      exit: 0,
      out: expect.stringContaining('no pool'),
    });
    const files = { 'p.yaml': 'slowStart: 10s\n' };
    expect(await cli(['policy', 'apply', 'p.yaml', ...flags], { server, files })).toMatchObject({
      exit: 0,
      err: expect.stringContaining('! the pool web has no nodes: it is new, or its name is mistyped'),
    });
  });
});

test.each([
  ['pause', '--because', ''],
  ['drain', 'web-1', '--because', ' '],
  ['resume', '--by', ''],
  ['pause', '--because', 'x', '--until', '100000d'],
])('%s with nothing said, or for ever, is wrong usage', async (...args) => {
  const { server } = await poolWith(three);
  expect(await cli([...args, ...flags], { server })).toMatchObject({ exit: 2 });
});

test('a pause says until when, and a refusal by guards that force passes over it', async () => {
  const { server } = await poolWith({ 'web-1': {} });
  expect((await cli(['pause', '--because', 'x', '--until', '2h', ...flags], { server })).out).toMatch(
    /^healing of the pool web is paused until \d{4}-\S+Z \(for 2h\); /,
  );
  expect((await cli(['drain', 'web-1', '--because', 'x', ...flags], { server })).err).toContain('with --force');
});
