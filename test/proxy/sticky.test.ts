import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { proxySchema } from '../../proxy/config-schema.ts';
import { byKey, hashOf, type StickyRule, stickyKey } from '../../proxy/sticky.ts';
import { ask, Stage } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const node = (name: string, shareNow = 1) => ({
  ...{ name, idHash: hashOf(name), shareNow },
  ...{ inFlight: 0, credit: 0, latencyMs: 0, latencyAtMs: 0 },
});
const clients = Array.from({ length: 20_000 }, (_, at) => hashOf(`session-${at}`));
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 8 });

describe('the node of a client', () => {
  test('is any node, by the weights', () => {
    const nodes = [node('i-0a', 1), node('i-0b', 1), node('i-0c', 2)];
    const got = new Map(nodes.map(({ name }) => [name, 0]));
    for (const key of clients) {
      const { name } = byKey(nodes, key)!;
      got.set(name, got.get(name)! + 1 / clients.length);
    }
    expect(got.get('i-0a')).toBeCloseTo(0.25, 1);
    expect(got.get('i-0b')).toBeCloseTo(0.25, 1);
    expect(got.get('i-0c')).toBeCloseTo(0.5, 1);
  });

  test('is the same in whatever order the nodes stand', () => {
    fc.assert(
      fc.property(names, fc.string(), (all, client) => {
        const nodes = all.map((name) => node(name));
        const found = byKey(nodes, hashOf(client));
        expect(byKey([...nodes].reverse(), hashOf(client))).toBe(found);
      }),
    );
  });

  test('changes only for the clients of the node that goes', () => {
    fc.assert(
      fc.property(names, fc.nat(7), fc.string(), (all, at, client) => {
        const nodes = all.map((name) => node(name));
        const gone = nodes[at % nodes.length]!;
        const before = byKey(nodes, hashOf(client))!;
        const after = byKey(
          nodes.filter((one) => one !== gone),
          hashOf(client),
        );
        if (before !== gone) expect(after).toBe(before);
      }),
    );
  });

  test('and they go evenly to the others', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((name) => node(name));
    const moved = clients.filter((key) => byKey(nodes, key)!.name === 'a');
    const toB = moved.filter((key) => byKey(nodes.slice(1), key)!.name === 'b').length;
    expect(toB / moved.length).toBeCloseTo(1 / 3, 1);
  });

  test('a node that comes back slowly takes its own clients alone, and more and more of them', () => {
    const others = ['b', 'c'].map((name) => node(name));
    const mine = clients
      .slice(0, 2_000)
      .map((key) => [0.1, 0.5, 1].map((share) => byKey([node('a', share), ...others], key)!.name === 'a'));
    for (const [early, half, full] of mine) {
      if (early === true) expect(half).toBe(true);
      if (half === true) expect(full).toBe(true);
    }
    expect(mine.filter(([early]) => early).length).toBeLessThan(mine.filter(([, , full]) => full).length / 4);
  });

  test('is nobody where there is nobody', () => {
    const nobody: ReturnType<typeof node>[] = [];
    expect(byKey(nobody, 7) === undefined).toBe(true);
  });
});

describe('what decides', () => {
  const cookie: StickyRule = { kind: 'cookie', name: 'sid' };
  test.each([
    ['sid=abc', 'abc'],
    ['x=1; sid=abc; y=2', 'abc'],
    ['xsid=no;sid=abc', 'abc'],
    ['sid=abc; sid=other', 'abc'],
    ['sid=a=b', 'a=b'],
  ])('of %j is %j', (text, value) => {
    expect(stickyKey(cookie, { cookie: text })).toBe(hashOf(value));
  });

  test.each(['', 'sid', 'sid=', 'SID=abc', '=sid'])('of %j is nothing', (text) => {
    expect(stickyKey(cookie, { cookie: text })).toBeUndefined();
  });

  test('may be in several Cookie headers, or in a header', () => {
    expect(stickyKey(cookie, { cookie: ['x=1', 'sid=abc'] })).toBe(hashOf('abc'));
    expect(stickyKey({ kind: 'header', name: 'x-tenant' }, { 'x-tenant': 'cats' })).toBe(hashOf('cats'));
    expect(stickyKey({ kind: 'header', name: 'x-tenant' }, {})).toBeUndefined();
    expect(stickyKey(undefined, { cookie: 'sid=abc' })).toBeUndefined();
  });
});

test('is written as a cookie or a header, not as both', () => {
  expect(proxySchema.parse({ sticky: { header: 'X-Tenant' } }).sticky).toEqual({ kind: 'header', name: 'x-tenant' });
  expect(proxySchema.safeParse({ sticky: { cookie: 'a', header: 'b' } }).success).toBe(false);
  expect(proxySchema.safeParse({ sticky: { cookie: 'a b' } }).success).toBe(false);
});

describe('a router', () => {
  const answers = async (url: string, count: number, cookie?: string): Promise<ReadonlySet<string>> => {
    const all = new Set<string>();
    const headers = cookie === undefined ? {} : { cookie };
    for (let turn = 0; turn < count; turn += 1) all.add((await ask(url, { headers })).body);
    return all;
  };

  test('sends a client to its node, and one that has no cookie to any', async () => {
    const nodes = await Promise.all(['one', 'two', 'three'].map((name) => stage.node((_req, res) => res.end(name))));
    const { url } = await stage.router(
      nodes.map((one) => one.url),
      { sticky: { cookie: 'sid' } },
    );
    const homes = new Set<string>();
    for (const sid of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const seen = await answers(url, 3, `sid=${sid}`);
      expect(seen.size).toBe(1);
      for (const home of seen) homes.add(home);
    }
    expect(homes.size).toBeGreaterThan(1);
    expect((await answers(url, 3)).size).toBe(3);
  });

  test('sends it to another one where its own is out, and a node that fails costs it nothing', async () => {
    const [dead, node] = [await stage.deadUrl(), await stage.node()];
    const { url } = await stage.router([dead, node.url], { sticky: { header: 'x-tenant' } });
    for (const tenant of ['a', 'b', 'c', 'd', 'e', 'f'])
      expect(await ask(url, { headers: { 'x-tenant': tenant } })).toMatchObject({ status: 200, body: 'meow' });
  });
});
