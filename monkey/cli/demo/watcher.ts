/** Watches the stage while the demo plays: the pool, its events, Slack's channel, and what the proxy had to retry. */
import type { LocalCloud } from '../../../infra/local-cloud/local-cloud.ts';
import { systemClock } from '../../../pool/clock.ts';
import type { PoolEvent } from '../../../pool/commit.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Scene } from './frame.ts';
import type { Load } from './load.ts';
import type { Stage } from './stage.ts';

export interface Watcher {
  readonly scene: (act: string) => Scene;
  readonly view: () => PoolView | undefined;
  readonly watchLoad: (load: Load) => void;
  /** Resolves with the first view that pleases; rejects at the deadline, saying what was awaited. */
  readonly until: (what: string, pleases: (view: PoolView) => boolean, deadlineMs: number) => Promise<PoolView>;
  readonly retried: () => Promise<number>;
  readonly refusals: () => readonly string[];
  readonly stop: () => Promise<void>;
}

const lookEveryMs = 250;
const keptHappenings = 200;

export const startWatcher = (
  stage: Stage,
  startedMs: number,
  onHappened: (text: string) => void,
  stop: AbortSignal,
): Watcher => {
  const end = new AbortController();
  const happened: { atMs: number; text: string }[] = [];
  const perSecond: number[] = [];
  let view: PoolView | undefined;
  let load: Load | undefined;
  let retried = 0;
  const listeners = new Set<(view: PoolView) => void>();

  const tell = (text: string): void => {
    happened.push({ atMs: performance.now() - startedMs, text });
    if (happened.length > keptHappenings) happened.shift();
    onHappened(text);
  };
  const look = async (): Promise<void> => {
    view = await stage.store.view({ deadlineMs: 2_000, signal: end.signal });
    for (const listener of [...listeners]) listener(view);
  };
  const looking = every(lookEveryMs, end.signal, look);
  const counting = every(1_000, end.signal, async () => {
    retried = await retriedBy(stage.proxyAdminUrl);
    perSecond.push(load === undefined ? 0 : load.counts().ok - perSecond.reduce((sum, count) => sum + count, 0));
  });
  const following = followEvents(stage, end.signal, (event) => wordsOf(event).forEach(tell));

  return {
    scene: (act) => ({
      elapsedMs: performance.now() - startedMs,
      act,
      view,
      load: load?.counts(),
      retried,
      perSecond,
      slack: slackOf(stage.cloud),
      happened,
    }),
    view: () => view,
    watchLoad: (started) => (load = started),
    until: (what, pleases, deadlineMs) =>
      until(listeners, what, pleases, deadlineMs, AbortSignal.any([end.signal, stop])),
    retried: () => retriedBy(stage.proxyAdminUrl),
    refusals: () =>
      stage.cloud
        .slackMessages()
        .filter(isRefusal)
        .map(({ text }) => text),
    stop: async () => {
      end.abort();
      await Promise.all([looking, counting, following]);
    },
  };
};

const isRefusal = ({
  metadata,
  text,
}: {
  readonly metadata?: { readonly event_payload: Readonly<Record<string, unknown>> };
  readonly text: string;
}): boolean => metadata?.event_payload['kind'] === 'refused' || text.includes('is not treated');

/** Does something again and again; what fails once is tried again the next time. */
const every = async (pauseMs: number, signal: AbortSignal, act: () => Promise<void>): Promise<void> => {
  while (!signal.aborted) {
    await act().catch(() => undefined);
    await systemClock.sleep(pauseMs, signal);
  }
};

const until = (
  listeners: Set<(view: PoolView) => void>,
  what: string,
  pleases: (view: PoolView) => boolean,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<PoolView> =>
  new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      listeners.delete(listener);
      clearTimeout(timer);
      act();
    };
    const listener = (view: PoolView): void => {
      if (pleases(view)) settle(() => resolve(view));
    };
    const timer = setTimeout(
      () => settle(() => reject(new Error(`${what} was not seen within ${String(deadlineMs / 1_000)} s`))),
      deadlineMs,
    );
    signal.addEventListener('abort', () => settle(() => reject(new Error(`stopped while waiting: ${what}`))), {
      once: true,
    });
    listeners.add(listener);
  });

const followEvents = async (
  { store }: Stage,
  signal: AbortSignal,
  onEvent: (event: PoolEvent) => void,
): Promise<void> => {
  let version = 0;
  while (!signal.aborted) {
    const events = await store.events(version, 1_000, { deadlineMs: 5_000, signal }).catch(() => []);
    for (const event of events) {
      onEvent(event);
      version = event.version;
    }
  }
};

/** What an event tells, in words; bookkeeping is left out. */
const wordsOf = ({ what, nodes }: PoolEvent): readonly string[] => {
  if (['session', 'policy', 'drained', 'refused'].includes(what)) return [];
  return Object.values(nodes).flatMap((node) => (node === null ? [] : [`${node.id} ${what}: ${node.because}`]));
};

const slackOf = (cloud: LocalCloud): Scene['slack'] =>
  cloud
    .slackMessages()
    .map(({ text, ts, thread_ts }) => ({ text, reply: thread_ts !== undefined && thread_ts !== ts }));

/** The proxy's own count of retries, from its metrics. */
const retriedBy = async (adminUrl: string): Promise<number> => {
  const answer = await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(2_000) });
  const line = /^doctor_monkey_proxy_retries_total(?:\{[^}]*\})? (\d+)/gm;
  return [...(await answer.text()).matchAll(line)].reduce((sum, [, count]) => sum + Number(count), 0);
};
