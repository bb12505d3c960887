import { standingReasons } from '../treatment/never.ts';
import { watchedForMs } from './silent.ts';
import { type SilenceStep, type Story, wholePool } from './step.ts';
import { neverCauseIn, neverIncident, openOfPolicy } from './told.ts';
import type { Watched } from './watched.ts';

/** A pool that nodes are joining, or whose policy was changed just now, is not judged yet. */
const settledAfterMs = 60_000;
/** One that never comes to rest is judged all the same. */
const judgedAfterMs = 600_000;

const isSettled = ({ view, watch }: Watched): boolean => {
  const appliedMs = view.policy?.atMs ?? 0;
  const changedMs = [...view.nodes.values()].reduce((latest, { sinceMs }) => Math.max(latest, sinceMs), appliedMs);
  return watchedForMs(watch, changedMs) >= settledAfterMs || watchedForMs(watch, appliedMs) >= judgedAfterMs;
};

/** Says aloud why no node of this pool can ever be treated: once for each cause and version of the policy, until it is over. */
export const aboutNever = (watched: Watched): readonly SilenceStep[] => {
  const { view, policy } = watched;
  if (!isSettled(watched)) return [];
  return standingReasons(view, policy).map(({ cause, because }): SilenceStep => {
    const text = `${because.charAt(0).toUpperCase()}${because.slice(1)}.`;
    const story: Story = {
      ...{ incident: neverIncident(view.policy?.version ?? 0, cause), node: wholePool, step: 'never', because },
      notices: [{ kind: 'never', urgency: 'warning', text, detail: { because } }],
    };
    return { kind: 'tell', story };
  });
};

/**
 * What was told of the policy and is no longer so, in a pool that has settled: its incident ends, silently where the next
 * version says the same. Should it become so again, it is told again.
 */
export const aboutPolicyAgain = (watched: Watched): readonly SilenceStep[] => {
  const { view, policy, told } = watched;
  if (!isSettled(watched)) return [];
  const version = view.policy?.version ?? 0;
  const causes = standingReasons(view, policy).map(({ cause }) => cause);
  const stands = new Set(causes.map((cause) => neverIncident(version, cause)));
  return openOfPolicy(told)
    .filter((incident) => !stands.has(incident))
    .map((incident): SilenceStep => {
      const because = 'what was said of the policy is no longer so';
      const text = `${because.charAt(0).toUpperCase()}${because.slice(1)}.`;
      const story: Story = {
        ...{ incident, node: wholePool, step: 'over', because, outcome: 'returned' },
        notices: causes.includes(neverCauseIn(incident) ?? '')
          ? []
          : [{ kind: 'over', urgency: 'info', text, detail: { because } }],
      };
      return { kind: 'tell', story };
    });
};
