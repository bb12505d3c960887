/** The third act: every node is hot at once. That is load, and nobody is rebooted for it: Slack says why. */
import type { PoolView } from '../../../pool/view.ts';
import type { Stage } from './stage.ts';
import type { Watcher } from './watcher.ts';

/** What was seen of it. */
export interface AllHot {
  readonly act: string;
  /** What Slack was told of it. */
  readonly refusals: readonly string[];
  /** Nodes that were taken out or rebooted all the same. */
  readonly treated: readonly string[];
}

const allHotAct = 'load on every node';

/** Long enough for every agent to find its node sick, and over by itself. */
const hotSeconds = 12;
const calmDeadlineMs = 60_000;
const slackDeadlineMs = 60_000;

export const playAllHot = async (stage: Stage, watcher: Watcher, onAct: (title: string) => void): Promise<AllHot> => {
  onAct('act 3 of 3 on every node: all are hot at once, which is load; nobody is rebooted for it');
  const before = watcher.view();
  const saidBefore = saysLoad(watcher).length;
  // With less priority than the app: the client should notice as little as it can on a small machine.
  await Promise.all(
    stage.cloud.instances.map((node) =>
      stage.runOn(node, `exec nice -n 10 timeout ${String(hotSeconds)} sh -c "while :; do :; done"`),
    ),
  );
  // What does not happen is in the report.
  const hasCalmed = watcher.until('that all are calm again', (view) => isCalmAgain(view, before), calmDeadlineMs);
  await hasCalmed.catch(() => undefined);
  const isTold = watcher.until('that Slack says why', () => saysLoad(watcher).length > saidBefore, slackDeadlineMs);
  await isTold.catch(() => undefined);
  return {
    act: allHotAct,
    refusals: saysLoad(watcher).slice(saidBefore),
    treated: before === undefined ? [] : treatedSince(before, watcher.view()),
  };
};

const saysLoad = (watcher: Watcher): readonly string[] =>
  watcher.refusals().filter((text) => text.includes('that is load, not one sick node'));

/** Everybody has been hot, and nobody is any more. */
const isCalmAgain = (view: PoolView, before: PoolView | undefined): boolean => {
  const elapsedMs = view.nowMs - (before?.nowMs ?? view.nowMs);
  const findings = [...view.beats.values()].map(({ vitals }) => vitals['finding'] as { readonly kind?: string });
  return elapsedMs > hotSeconds * 1_000 && findings.every(({ kind }) => kind === 'well');
};

const treatedSince = (before: PoolView, now: PoolView | undefined): readonly string[] =>
  [...before.nodes.values()]
    .filter(({ id, bootId, treatmentTimes }) => {
      const node = now?.nodes.get(id);
      return node?.bootId !== bootId || node.treatmentTimes.length !== treatmentTimes.length;
    })
    .map(({ id }) => id);
