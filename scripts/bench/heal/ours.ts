/** Heals in a row under load, on the whole system as the demo has it: nothing may be lost. */
import { acts } from '../../../monkey/cli/demo/acts.ts';
import { demoPolicy } from '../../../monkey/cli/demo/settings.ts';
import { type Stage, startStage } from '../../../monkey/cli/demo/stage.ts';
import { startWatcher, type Watcher } from '../../../monkey/cli/demo/watcher.ts';
import type { Finding, HealBench } from './bench.ts';
import { failureLines, meowLoad, perSecond } from './load.ts';

const nodes = 4;
const healDeadlineMs = 180_000;

/** Nodes are healed again and again here: without a cooldown, and with budgets to spare. */
const policy = {
  ...demoPolicy,
  limits: { ...demoPolicy.limits, cooldown: '0s', reboots: { node: 25, pool: 100 } },
  remedies: { skip: '0s' },
} satisfies typeof demoPolicy;

export const ourHeals = async ({ heals, signal }: HealBench): Promise<Finding> => {
  const stage = await startStage({ nodes, env: process.env, policy, signal, onProgress: () => undefined });
  const watcher = startWatcher(stage, performance.now(), () => undefined, signal);
  try {
    await watcher.until('that all nodes serve', ({ live }) => live.length === nodes, 60_000);
    const load = await meowLoad(stage.proxyUrl);
    const took: number[] = [];
    for (let heal = 0; heal < heals && !signal.aborted; heal += 1) {
      took.push(await oneHeal(stage, watcher, heal));
      process.stderr.write(
        `  heal ${heal + 1} of ${heals}: ${((took.at(-1) ?? 0) / 1_000).toFixed(1)} s, failed so far ${load.counts().failed}\n`,
      );
    }
    const { sent, failed, failures, p50Ms, p99Ms } = await load.stop();
    const reboots = stage.cloud.calls().filter(({ name }) => name === 'RebootInstances').length;
    const mean = took.reduce((sum, ms) => sum + ms, 0) / Math.max(1, took.length) / 1_000;
    return {
      lines: [
        `heals in a row, ours: ${took.length} under ${perSecond} GET/s, ${reboots} reboots, ${sent} requests, ${failed} failed, ${await watcher.retried()} retried; p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms; mean ${mean.toFixed(1)} s from harm to service`,
        ...failureLines(failures),
      ],
      missed: [
        ...(failed > 0 ? [`${failed} requests failed, 0 may`] : []),
        ...(reboots === took.length ? [] : [`${reboots} reboots for ${took.length} heals`]),
      ],
    };
  } finally {
    await watcher.stop();
    await stage.stop();
  }
};

/** Harms a node in turn and waits until it has been rebooted and serves again; how long that took, in ms. */
const oneHeal = async (stage: Stage, watcher: Watcher, index: number): Promise<number> => {
  const victim = stage.cloud.instances[index % nodes];
  const act = acts[Math.floor(index / nodes) % acts.length];
  if (victim === undefined || act === undefined) throw new Error('no node to harm');
  const { bootId } = victim;
  const startedMs = performance.now();
  await act.harm(stage, victim);
  const back = (): boolean => stage.cloud.instances.find(({ id }) => id === victim.id)?.bootId !== bootId;
  await watcher.until(
    `heal ${index + 1}`,
    ({ nodes: records }) => back() && records.get(victim.id)?.state === 'serving',
    healDeadlineMs,
  );
  return performance.now() - startedMs;
};
