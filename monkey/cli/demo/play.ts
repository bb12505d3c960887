/** Plays the demo's acts on a stage and tells what was seen of them. */
import type { LocalInstance } from '../../../infra/local-cloud/local-cloud.ts';
import type { Incident } from '../../../pool/store.ts';
import { type Act, acts } from './acts.ts';
import { type AllHot, playAllHot } from './all-hot.ts';
import { type Load, startLoad } from './load.ts';
import { type Heal, healOf, type Played, type Report, reportOf } from './report.ts';
import type { Stage } from './stage.ts';
import type { Watcher } from './watcher.ts';

export interface PlayOptions {
  readonly perSecond: number;
  readonly startedMs: number;
  readonly signal: AbortSignal;
  readonly onAct: (title: string) => void;
}

const joinDeadlineMs = 60_000;
const healDeadlineMs = 120_000;
const slackDeadlineMs = 120_000;

/** Plays all acts, one after the other, each on another node, under load. What does not happen is in the report. */
export const play = async (stage: Stage, watcher: Watcher, options: PlayOptions): Promise<Report> => {
  const { instances } = stage.cloud;
  options.onAct('the nodes join the pool and are checked');
  await watcher.until('that all nodes serve', ({ live }) => live.length === instances.length, joinDeadlineMs);
  const load = startLoad({
    url: `${stage.proxyUrl}/get`,
    perSecond: options.perSecond,
    timeoutMs: 10_000,
    fault: faultOf(await expectedBody(stage.proxyUrl)),
  });
  watcher.watchLoad(load);
  try {
    const told: Told[] = [];
    for (const [index, act] of acts.entries()) {
      const victim = instances[index % instances.length];
      if (victim !== undefined) told.push(await playAct(stage, watcher, act, victim, index, options));
    }
    options.onAct('both are healed; the last notices reach Slack');
    const toldActs = await untilTold(stage, told, options.signal);
    options.signal.throwIfAborted();
    const allHot = await playAllHot(stage, watcher, options.onAct);
    options.signal.throwIfAborted();
    return await seenOf(stage, watcher, load, { told, toldActs, allHot }, options.startedMs);
  } finally {
    load.cut();
  }
};

interface Told {
  readonly played: Played;
  readonly heal: Heal | undefined;
  readonly incident: Incident | undefined;
}

const playAct = async (
  stage: Stage,
  watcher: Watcher,
  act: Act,
  victim: LocalInstance,
  index: number,
  { onAct, startedMs, signal }: PlayOptions,
): Promise<Told> => {
  onAct(`act ${String(index + 1)} of ${String(acts.length + 1)} on ${victim.id}: ${act.about}`);
  const before = watcher.view()?.nowMs ?? 0;
  await act.harm(stage, victim);
  const played = { act: act.name, node: victim.id };
  const healed = watcher.until(
    `the heal of ${victim.id}`,
    ({ nodes }) => {
      const node = nodes.get(victim.id);
      return (
        node?.state === 'serving' &&
        (node.servingSinceMs ?? 0) > before &&
        node.treatmentTimes.some((atMs) => atMs > before)
      );
    },
    healDeadlineMs,
  );
  await healed.catch(() => undefined);
  signal.throwIfAborted();
  const incidents = await stage.store.incidents(20, { deadlineMs: 2_000 });
  const incident = incidents.find(({ node, openedMs }) => node === victim.id && openedMs >= before);
  const epochMs = (watcher.view()?.nowMs ?? 0) - (performance.now() - startedMs);
  return {
    played,
    incident,
    heal: incident === undefined ? undefined : healOf(incident, act.name, Math.round(epochMs)),
  };
};

/** What a heal's thread must tell, in this order. */
const story = [
  /is sick/,
  /is drained/,
  /has rebooted|back from its reboot/,
  /✓|passed a check/,
  /is back|serves again/,
] as const;

/** Waits until Slack has the whole story of every heal, in one thread each. */
const untilTold = async (stage: Stage, told: readonly Told[], signal: AbortSignal): Promise<readonly string[]> => {
  const endMs = performance.now() + slackDeadlineMs;
  for (;;) {
    const threads = await Promise.all(told.map(({ incident }) => threadOf(stage, incident)));
    const complete = told.filter((_, index) => tellsAll(threads[index] ?? [])).map(({ played }) => played.act);
    if (complete.length === told.length || signal.aborted || performance.now() > endMs) return complete;
    await nextMessage(stage, signal);
  }
};

/** The next message, or a second at the most. */
const nextMessage = ({ cloud }: Stage, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, 1_000);
    const unsubscribe = cloud.onSlackMessage(done);
    signal.addEventListener('abort', done);
  });

/** What the thread of an incident says, oldest first. */
const threadOf = async ({ cloud, store }: Stage, incident: Incident | undefined): Promise<readonly string[]> => {
  if (incident === undefined) return [];
  const root = await store.thread(incident.id, { deadlineMs: 2_000 });
  if (root === undefined) return [];
  return cloud.slackMessages().flatMap(({ ts, thread_ts, text }) => (ts === root || thread_ts === root ? [text] : []));
};

const tellsAll = (thread: readonly string[]): boolean => {
  let from = 0;
  return story.every((part) => {
    const at = thread.findIndex((text, index) => index >= from && part.test(text));
    from = at + 1;
    return at >= 0;
  });
};

interface Acted {
  readonly told: readonly Told[];
  readonly toldActs: readonly string[];
  readonly allHot: AllHot;
}

const seenOf = async (
  stage: Stage,
  watcher: Watcher,
  load: Load,
  { told, toldActs, allHot }: Acted,
  startedMs: number,
): Promise<Report> => {
  const counts = await load.stop();
  const { live } = await stage.store.view({ deadlineMs: 2_000 });
  return reportOf({
    durationMs: performance.now() - startedMs,
    load: counts,
    retried: await watcher.retried(),
    heals: told.flatMap(({ heal }) => (heal === undefined ? [] : [heal])),
    played: told.map(({ played }) => played),
    slackMessages: stage.cloud.slackMessages().length,
    ...{ toldActs, allHot },
    live,
    urls: stage.cloud.instances.map(({ url }) => url),
    refusals: watcher.refusals(),
  });
};

/** What `/get` answers on every node, always the same: the first answer is the measure of all others. */
const expectedBody = async (proxyUrl: string): Promise<string> => {
  const answer = await fetch(`${proxyUrl}/get`, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`the proxy answers ${String(answer.status)}`);
  return answer.text();
};

const faultOf =
  (expected: string) =>
  (_status: number, body: string): string | undefined =>
    body === expected ? undefined : `wrong body: ${body.slice(0, 100)}`;
