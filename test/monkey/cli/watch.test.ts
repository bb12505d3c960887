import { describe, expect, test } from '@jest/globals';
import { follow, type Teller } from '../../../monkey/cli/follow.ts';
import { pause } from '../../../monkey/doctor/hand/lever.ts';
import { systemClock } from '../../../pool/clock.ts';
import { MemoryPool } from '../../../pool/memory-pool.ts';
import { cli, flags } from '../../support/cli.ts';
import { draftOf, put } from '../../support/nodes.ts';
import { poolWith } from '../../support/pool-with.ts';

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await systemClock.sleep(5);
};

/** Follows a pool until `end`, and remembers what it was told. */
const following = async (refreshMs = 60_000) => {
  const pool = await poolWith({ 'web-1': {} });
  const told: string[] = [];
  const teller: Teller = {
    view: ({ version }) => told.push(`view ${version}`),
    event: ({ version, what }) => told.push(`${version} ${what}`),
    away: () => told.push('away'),
  };
  const stop = new AbortController();
  const store = new MemoryPool(pool.server);
  const first = await store.view({ deadlineMs: 1_000 });
  const done = follow(store, first, teller, {
    clock: systemClock,
    signal: stop.signal,
    refreshMs,
    tellUnchanged: false,
  });
  const end = async () => {
    stop.abort();
    await done;
  };
  const change = (id: string) => pool.order(() => ({ kind: 'commit', draft: draftOf([put(id)]) }));
  return { ...pool, told, end, change };
};

describe('following a pool', () => {
  test('tells each event once, in order', async () => {
    const { told, end, change } = await following();
    for (const id of ['a', 'b', 'c']) await change(id);
    await until(() => told.length === 3);
    await end();
    expect(told).toEqual(['2 tested', '3 tested', '4 tested']);
  });

  test('says once that Redis is away, and tells a fresh view when it is back', async () => {
    const { told, end, change, server } = await following();
    server.goAway();
    await until(() => told.includes('away'));
    await systemClock.sleep(1_200);
    server.comeBack();
    await until(() => told.length === 2);
    await change('a');
    await until(() => told.length === 3);
    await end();
    expect(told).toEqual(['away', 'view 1', '2 tested']);
  });

  test('notices a pool that was lost, which sends no events', async () => {
    const { told, end, server, change } = await following(100);
    server.restartEmpty();
    await change('a');
    await until(() => told.includes('view 1'));
    await end();
    // Whether the break of the connection, and the pool while it was empty, were noticed as well is a matter of timing.
    const before = told.slice(0, told.indexOf('view 1'));
    expect(before.filter((line) => line !== 'away' && line !== 'view 0')).toEqual([]);
  });
});

describe('watch', () => {
  test('prints the pool and then a line for what happens, and ends with 0 when told to', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const stop = new AbortController();
    let said = '';
    const heard = (part: string): void => {
      said += part;
    };
    const ran = cli(['watch', ...flags], { server: pool.server, signal: stop.signal, heard });
    await until(() => said.includes('pool web:'));
    await pool.order(() => ({
      kind: 'commit',
      draft: draftOf([put('web-1', { state: 'draining', because: 'cpu 99%' })]),
    }));
    await pool.order(pause({ by: 'ann', because: 'a look', force: false }));
    await until(() => said.includes('healing is paused'));
    stop.abort();
    const { exit, out } = await ran;
    expect(exit).toBe(0);
    expect(out).toMatch(/^pool web: 1 of 1 serve/);
    expect(out).toMatch(
      /\n\d\d:\d\d:\d\d {2}web-1 {2}serving → draining {2}cpu 99%\n\d\d:\d\d:\d\d {2}healing is paused by ann: a look\n$/,
    );
  });

  test('prints an object a line for programs', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const stop = new AbortController();
    let said = '';
    const heard = (part: string): void => {
      said += part;
    };
    const ran = cli(['watch', '--json', ...flags], { server: pool.server, signal: stop.signal, heard });
    await until(() => said.includes('"kind":"pool"'));
    await pool.order(() => ({ kind: 'commit', draft: draftOf([put('web-1', { state: 'draining' })]) }));
    await until(() => said.includes('"kind":"event"'));
    stop.abort();
    const { exit, out } = await ran;
    expect(exit).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { kind: 'pool', version: 1, nodes: { 'web-1': 'serving' } },
      { kind: 'event', version: 2, what: 'tested', nodes: { 'web-1': { state: 'draining' } } },
    ]);
  });
});
