/** What a router tells of nodes that it leaves out, and of the panic in which that makes no difference. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { RunningProxy } from '../../proxy/wiring.ts';
import { apart } from '../support/place.ts';
import { adminOf, ask, metricOf, Stage, type StageNode, until } from './stage.ts';
import { ToldLog } from './told.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const ejection = { failures: 1, time: '10s', longest: '10s', most: '100%' };
/** Who is left out is soon tried again. */
const hasty = { ...ejection, time: '100ms', longest: '100ms' };

interface Mended {
  readonly url: string;
  readonly mend: () => Promise<StageNode>;
}

/** A node that refuses connections until it is mended. */
const broken = async (): Promise<Mended> => {
  const node = await stage.node(undefined, apart);
  await node.stop();
  return { url: node.url, mend: () => stage.node(undefined, { ...apart, port: node.port }) };
};

const routerOf = async (urls: readonly string[], log: ToldLog, rules = ejection): Promise<RunningProxy> =>
  stage.router(urls, { admin: '127.0.0.1:0', ejection: rules }, { log });

const ready = async (proxy: RunningProxy): Promise<{ readonly status: number; readonly told: unknown }> => {
  const { status, body } = await adminOf(proxy, '/ready');
  return { status, told: JSON.parse(body) };
};

/** Asks until every node has been asked several times. */
const askAll = async (proxy: RunningProxy): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) await ask(proxy.url);
};

const askUntil = async (proxy: RunningProxy, isTrue: () => boolean): Promise<void> =>
  until(async () => {
    await ask(proxy.url);
    return isTrue();
  });

describe('/ready in a panic', () => {
  test('is 200, or a load balancer would lose all proxies at once, and says that and why', async () => {
    const nodes = [await broken(), await broken(), await stage.node()];
    const proxy = await routerOf(
      nodes.map(({ url }) => url),
      new ToldLog(),
    );
    expect(await ready(proxy)).toEqual({
      status: 200,
      told: { ok: true, panic: false, nodes: { well: 3, askedLast: 0, ejected: 0 } },
    });
    await askAll(proxy);
    expect(await ready(proxy)).toEqual({
      status: 200,
      told: {
        ...{ ok: true, because: 'panic: 2 of 3 nodes of static are left out, so requests go to all of them' },
        ...{ panic: true, nodes: { well: 1, askedLast: 0, ejected: 2 } },
      },
    });
    expect(await metricOf(proxy, 'panic')).toBe(1);
  });

  test('is 200 too where all nodes fail and no more may be left out, and says that none is well', async () => {
    const proxy = await routerOf([(await broken()).url, (await broken()).url], new ToldLog());
    await askAll(proxy);
    expect(await ready(proxy)).toEqual({
      status: 200,
      told: {
        ...{ ok: true, because: 'no node of static is well' },
        ...{ panic: false, nodes: { well: 0, askedLast: 1, ejected: 1 } },
      },
    });
    expect(await metricOf(proxy, 'panic')).toBe(0);
    // Each request has asked the one that is left out as well: that is no panic, and is not counted as one.
    expect(await metricOf(proxy, 'panics_total')).toBe(0);
    expect(await metricOf(proxy, 'members{place="asked-last"}')).toBe(1);
    expect(await metricOf(proxy, 'members{place="in"}')).toBe(0);
  });

  test('says why nobody can be asked, though it is 200, where no URL may be routed to', async () => {
    const proxy = await routerOf(['http://169.254.169.254/'], new ToldLog());
    expect(await ready(proxy)).toEqual({
      status: 200,
      told: {
        ...{ ok: true, because: 'static: none of the given URLs may be routed to' },
        ...{ panic: false, nodes: { well: 0, askedLast: 0, ejected: 0 } },
      },
    });
  });
});

describe('the log tells once', () => {
  test('that a node is left out, and that it is back', async () => {
    const log = new ToldLog();
    const [node, dead] = [await stage.node(), await broken()];
    const proxy = await routerOf([node.url, dead.url, (await stage.node()).url], log, hasty);
    await askUntil(proxy, () => log.of('node-ejected').length >= 2);
    await dead.mend();
    await askUntil(proxy, () => log.of('node-back').length > 0);
    await askAll(proxy);
    const { url } = dead;
    const ejected = { pool: 'static', node: url, url, because: 'refused', forMs: 100 };
    const lines = log.of('node-ejected', 'node-back', 'panic-began', 'panic-over');
    expect(lines.slice(0, 2)).toEqual([
      { level: 'warn', event: 'node-ejected', fields: { ...ejected, reason: 'failures-in-row' } },
      { level: 'warn', event: 'node-ejected', fields: { ...ejected, reason: 'trial-failed' } },
    ]);
    const back = { pool: 'static', node: url, url, was: 'ejected', awayMs: expect.any(Number) };
    expect(lines.at(-1)).toEqual({ level: 'info', event: 'node-back', fields: back });
    expect(log.of('node-back')).toHaveLength(1);
  });

  test('that panic begins, with how many are left out of how many, and that it is over', async () => {
    const log = new ToldLog();
    const dead = [await broken(), await broken()];
    const proxy = await routerOf([...dead.map(({ url }) => url), (await stage.node()).url], log, hasty);
    await askUntil(proxy, () => log.of('node-ejected').length > 3);
    const began = { pool: 'static', ejected: 2, members: 3 };
    expect(log.of('panic-began', 'panic-over')).toEqual([{ level: 'error', event: 'panic-began', fields: began }]);
    await Promise.all(dead.map(({ mend }) => mend()));
    await askUntil(proxy, () => log.of('node-back').length === 2);
    await askAll(proxy);
    const over = { pool: 'static', ejected: 1, members: 3, lastedMs: expect.any(Number) };
    expect(log.of('panic-began', 'panic-over').slice(1)).toEqual([
      { level: 'info', event: 'panic-over', fields: over },
    ]);
  });

  test('that a node which may not be left out is asked last, and that it is back', async () => {
    const log = new ToldLog();
    const dead = [await broken(), await broken()];
    const urls = [...dead.map(({ url }) => url), (await stage.node()).url];
    const proxy = await routerOf(urls, log, { ...hasty, most: '0%' });
    await askUntil(proxy, () => log.of('node-ejected').length > 2);
    const told = log.of('node-asked-last');
    expect(told).toMatchObject([{ level: 'warn', fields: { pool: 'static', because: 'refused', failuresInRow: 1 } }]);
    await Promise.all(dead.map(({ mend }) => mend()));
    await askUntil(proxy, () => log.of('node-back').length === 2);
    await askAll(proxy);
    const { node, url } = told[0]?.fields ?? {};
    expect(log.of('node-back')).toContainEqual({
      ...{ level: 'info', event: 'node-back' },
      fields: { pool: 'static', node, url, was: 'asked-last' },
    });
    expect(log.of('node-back')).toHaveLength(2);
  });
});
