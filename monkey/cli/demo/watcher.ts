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
const keptSeconds = 120;

export const startWatcher = (
  stage: Stage,
  startedMs: number,
  onHappened: (text: string) => void,
  stop: AbortSignal,
): Watcher => {
  const end = new AbortController();
  const happened: { atMs: number; text: string }[] = [];
  const tell = (text: string): void => {
    happened.push({ atMs: performance.now() - startedMs, text });
    if (happened.length > keptHappenings) happened.shift();
    onHappened(text);
  };
  const views = watchViews(stage, end.signal);
  const traffic = watchTraffic(stage, end.signal);
  const following = followEvents(stage, end.signal, (event) => wordsOf(event).forEach(tell));
  const now = (act: string): Scene => ({
    elapsedMs: performance.now() - startedMs,
    act,
    view: views.last(),
    ...traffic.now(),
    slack: slackOf(stage.cloud),
    happened,
  });
  return {
    scene: now,
    view: views.last,
    watchLoad: traffic.watch,
    until: (what, pleases, deadlineMs) =>
      until(views.listeners, what, pleases, deadlineMs, AbortSignal.any([end.signal, stop])),
    retried: () => retriedBy(stage.proxyAdminUrl),
    refusals: () => refusalsOf(stage.cloud),
    stop: async () => {
      end.abort();
      await Promise.all([views.ended, traffic.ended, following]);
    },
  };
};

/** Reads the pool again and again; every view goes to the listeners. */
const watchViews = ({ store }: Stage, signal: AbortSignal) => {
  const listeners = new Set<(view: PoolView) => void>();
  let view: PoolView | undefined;
  const ended = every(lookEveryMs, signal, async () => {
    view = await store.view({ deadlineMs: 2_000, signal });
    for (const listener of [...listeners]) listener(view);
  });
  return { listeners, last: () => view, ended };
};

/** Counts each second what the client was answered and what the proxy had to retry. */
const watchTraffic = ({ proxyAdminUrl }: Stage, signal: AbortSignal) => {
  const perSecond: number[] = [];
  let load: Load | undefined;
  let retried = 0;
  let answered = 0;
  const ended = every(1_000, signal, async () => {
    retried = await retriedBy(proxyAdminUrl);
    const ok = load?.counts().ok ?? 0;
    perSecond.push(ok - answered);
    answered = ok;
    if (perSecond.length > keptSeconds) perSecond.shift();
  });
  return {
    watch: (started: Load) => {
      load = started;
    },
    now: () => ({ load: load?.counts(), retried, perSecond }),
    ended,
  };
};

const refusalsOf = (cloud: LocalCloud): readonly string[] =>
  cloud.slackMessages().flatMap(({ text }) => (text.includes('is not treated') ? [text] : []));

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

/** `admitted` is to a treatment, which reads like its opposite here. */
const words: Readonly<Record<string, string>> = {
  admitted: 'is sick, out of the pool',
  rebooted: 'is back from its reboot',
};

/** What an event tells, in words; bookkeeping is left out. */
const wordsOf = ({ what, nodes }: PoolEvent): readonly string[] => {
  if (['session', 'policy', 'refused'].includes(what)) return [];
  return Object.values(nodes).flatMap((node) =>
    node === null ? [] : [`${node.id} ${words[what] ?? what}: ${node.because}`],
  );
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
