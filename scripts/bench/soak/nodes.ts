/** The nodes of the soak: real processes that die and come back, and their records in the pool. */
import { setTimeout as pause } from 'node:timers/promises';
import { buildCommit } from '../../../pool/build-commit.ts';
import type { NodeDraft } from '../../../pool/commit.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { program } from '../proxy/contenders.ts';
import { freePort, type Pinned, startProcess, untilAnswering } from '../proxy/pinned.ts';

export interface SoakNode {
  /** SIGKILL; a second later it is back on the same port. */
  readonly crash: () => Promise<void>;
  /** Drains, and serves again two seconds later. */
  readonly leaveAndReturn: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const soakNode = async (id: string, store: PoolStore, signal: AbortSignal): Promise<SoakNode> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = async (): Promise<Pinned> => {
    const started = startProcess(process.execPath, [program('node'), String(port)]);
    await untilAnswering(id, `${url}/get-1k`);
    return started;
  };
  let running = await start();
  await put(store, record(id, url));
  return {
    crash: async () => {
      await running.kill();
      await pause(1_000, undefined, { signal });
      running = await start();
    },
    leaveAndReturn: async () => {
      await put(store, { ...record(id, url), state: 'draining', purpose: 'treat', drain: crypto.randomUUID() });
      await pause(2_000, undefined, { signal });
      await put(store, record(id, url));
    },
    stop: () => running.stop(),
  };
};

const put = async (store: PoolStore, node: NodeDraft): Promise<void> => {
  const view = await store.view({ deadlineMs: 5_000 });
  const draft = {
    ...{ what: node.state, expect: [], notices: [], durable: false },
    writes: [{ kind: 'put-node' as const, node }],
  };
  const result = await store.commit(buildCommit(view, draft, crypto.randomUUID()), { deadlineMs: 5_000 });
  if (result.kind !== 'committed') throw new Error(`the soak's commit: ${result.because}`);
};

const record = (id: string, url: string): NodeDraft => ({
  ...{ schema: 1, id, url, service: 'soak', state: 'serving', sinceMs: 0, bootId: 'boot', session: 'session' },
  ...{ weight: 1, relapses: 0, treatmentTimes: [], because: 'soak' },
});
