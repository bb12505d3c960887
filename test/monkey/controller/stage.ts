/** A pool in memory, controllers on it and people who read, all in virtual time. */
import { randomUUID } from 'node:crypto';
import { fakePower } from '../../../monkey/cloud/fake-power.ts';
import { drawEvidence } from '../../../monkey/controller/draw-evidence.ts';
import { type Controller, type ControllerSetting, startController } from '../../../monkey/controller/wiring.ts';
import type { PowerCall } from '../../../monkey/doctor/ports/power.ts';
import type { Reached } from '../../../monkey/doctor/ports/reach.ts';
import { newMemoryPager } from '../../../monkey/pager/memory-pager.ts';
import { newMemoryMessenger } from '../../../monkey/slack/memory-messenger.ts';
import type { Expectation, Write } from '../../../pool/commit.ts';
import { decideAndCommit } from '../../../pool/decide.ts';
import { MemoryPool } from '../../../pool/memory-pool.ts';
import { MemoryServer } from '../../../pool/memory-server.ts';
import type { Notice } from '../../../pool/notice.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { type RecordingLog, recordingLog } from '../../support/recording-log.ts';
import { beatOf } from '../../support/view.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { record } from '../doctor/silence/watched-pool.ts';

const limits = { deadlineMs: 1_000 };

export interface StagedController extends Controller {
  readonly id: string;
  readonly log: RecordingLog;
  /** Its connection to the pool is cut for good, as if the process were gone. */
  readonly crash: () => Promise<void>;
}

export const newStage = () => {
  const clock = virtualClock();
  const time = { offsetMs: 1_700_000_000_000 };
  const server = new MemoryServer('web', { now: () => Math.round(clock.monotonicMs() + time.offsetMs), clock });
  const store = new MemoryPool(server);
  const messenger = newMemoryMessenger();
  const pager = newMemoryPager();
  const power = fakePower((id, call) => onCall.current(id, call));
  const onCall: { current: (id: string, call: PowerCall) => void } = { current: () => undefined };
  const reached = new Map<string, Reached>();
  const beating = new Set<string>();
  const controllers: StagedController[] = [];
  const stop = new AbortController();

  const commit = async (
    writes: readonly Write[],
    notices: readonly Notice[] = [],
    expect: readonly Expectation[] = [],
  ) => {
    const draft = { what: 'test', writes, notices, expect, durable: false };
    const outcome = await decideAndCommit(store, () => ({ kind: 'commit', draft }), {
      ...{ attempts: 3, clock, random: () => 0.5, newId: randomUUID, limits },
    });
    if (outcome.kind !== 'committed') throw new Error(`${outcome.kind}: ${outcome.because}`);
  };
  const beatAll = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (!server.isAway)
        for (const node of beating) await store.beat(beatOf({ id: node, session: `session-${node}` }), limits);
      await clock.sleep(1_000, stop.signal);
    }
  };
  void beatAll();

  /** Whose commit of that name is the next to be applied is gone the moment after. */
  const crashAt = { what: '' };
  const crashAfter = (pool: MemoryPool): void => {
    const apply = pool.commit.bind(pool);
    pool.commit = async (change, allowed) => {
      const result = await apply(change, allowed);
      if (change.what === crashAt.what) {
        crashAt.what = '';
        await pool.close();
      }
      return result;
    };
  };
  const begin = async (setting: Partial<ControllerSetting>, paged: boolean): Promise<StagedController> => {
    const log = recordingLog();
    const pool = new MemoryPool(server);
    crashAfter(pool);
    const id = `controller-${controllers.length + 1}`;
    const reach = {
      ask: async (url: string): Promise<Reached> => reached.get(url) ?? { kind: 'silent', because: 'ECONNREFUSED' },
    };
    const own = { urlRules: { allowedNetworks: ['10.0.0.0/8'] }, id, mode: 'act', ...setting } as const;
    // A converter would take its time, and this world has a time of its own.
    const draw = drawEvidence(async () => undefined);
    const parts = { store: pool, log, clock, messenger, reach, power, draw, random: () => 0.5 };
    const started = await startController(own, { ...parts, ...(paged ? { pager } : {}) });
    const controller = { ...started, id, log, crash: () => pool.close() };
    controllers.push(controller);
    return controller;
  };

  return {
    ...{ power, onCall, crashAt, clock, time, server, store, messenger, pager, reached, beating, commit },
    controller: (setting: Partial<ControllerSetting> = {}) => begin(setting, true),
    controllerWithoutPager: () => begin({}, false),
    nodes: async (...ids: readonly string[]): Promise<readonly NodeRecord[]> => {
      const nodes = ids.map((id, at) => record(id, { url: `http://10.0.0.${at + 1}:8080`, sinceMs: server.now() }));
      await commit(nodes.map(({ version: _version, commit: _commit, ...node }) => ({ kind: 'put-node', node })));
      for (const id of ids) {
        beating.add(id);
        await store.beat(beatOf({ id, session: `session-${id}` }), limits);
        power.launch(id, 'running', { tags: { 'doctor-monkey:pool': 'web' } });
      }
      return nodes;
    },
    states: async () => Object.fromEntries([...(await store.view(limits)).nodes].map(([id, { state }]) => [id, state])),
    tell: (...notices: readonly Partial<Notice>[]) =>
      commit(
        [],
        notices.map((part) => ({ id: randomUUID(), kind: 'sick', text: 'sick', urgency: 'info', ...part })),
      ),
    /** What people read, oldest first. */
    read: () => messenger.posted.map(({ message, thread }) => ({ text: message.text, thread })),
    end: async () => {
      server.comeBack();
      stop.abort();
      for (const { stop: end } of controllers) {
        let ended = false;
        void end().then(() => (ended = true));
        await clock.until(() => ended, 60_000);
      }
    },
  };
};
export type Stage = ReturnType<typeof newStage>;
