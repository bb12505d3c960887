/** A node that dies and one whose agent alone died, on a real Redis, asked over real HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { eventually as until } from '../../support/eventually.ts';
import { record } from '../doctor/silence/watched-pool.ts';
import { newRealStage, type RealStage } from './real-stage.ts';

const limits = { deadlineMs: 20_000 };
let stage: RealStage;
const servers = new Map<string, Server>();
const beats = new Map<string, NodeJS.Timeout>();

const close = (id: string): Promise<void> =>
  new Promise((resolve) => {
    servers.get(id)?.closeAllConnections();
    servers.get(id)?.close(() => resolve());
  });
afterEach(async () => {
  for (const timer of beats.values()) clearInterval(timer);
  for (const id of servers.keys()) await close(id);
  await stage.end();
});

/** An app at a port of its own and beats of an agent. */
const startNode = async (id: string) => {
  const server = createServer((_, response) => response.end('meow'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.set(id, server);
  const beat = () => stage.store.beat({ node: id, session: 's', vitals: {} }, limits);
  const {
    version: _version,
    commit: _commit,
    ...node
  } = record(id, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sinceMs: Date.now(),
  });
  await stage.commit([{ kind: 'put-node', node }]);
  await beat();
  beats.set(
    id,
    setInterval(() => void beat().catch(() => undefined), 200),
  );
  return node.url;
};

test('the dead node leaves the live list; the one that answers keeps serving, with a page', async () => {
  stage = await newRealStage({ slackPostRate: { perSecond: 1_000, burst: 1_000 } });
  const urls: string[] = [];
  for (const id of ['i-1', 'i-2', 'i-3', 'i-4']) urls.push(await startNode(id));
  await stage.commit([{ kind: 'put-policy', source: { silence: { after: '5s' } }, by: 'test' }]);
  await stage.controller({ roundMs: 200, delivery: { paceMs: 0, pollMs: 20 } });
  clearInterval(beats.get('i-2'));
  clearInterval(beats.get('i-3'));
  await close('i-2');
  const view = () => stage.store.view(limits);
  await until('i-2 is lost', async () => (await view()).nodes.get('i-2')?.state === 'lost');
  await until('people are paged', () =>
    stage.read().some((text) => text.includes('i-3') && text.includes('keeps serving')),
  );
  expect((await view()).nodes.get('i-3')?.state).toBe('serving');
  expect([...(await view()).live].sort()).toEqual([urls[0], urls[2], urls[3]].sort());
  await stage.untilEmpty();
  expect(stage.read().filter((text) => text.includes('i-2 is lost'))).toHaveLength(1);
}, 40_000);
