import { standingReasons } from '../treatment/never.ts';
import { watchedForMs } from './silent.ts';
import { type SilenceStep, type Story, wholePool } from './step.ts';
import { neverIncident } from './told.ts';
import type { Watched } from './watched.ts';

/** A pool that nodes are joining, or whose policy was changed just now, is not judged yet. */
const settledAfterMs = 60_000;

/** Says aloud why no node of this pool can ever be treated: once for each cause and version of the policy. */
export const aboutNever = (watched: Watched): readonly SilenceStep[] => {
  const { view, policy, watch } = watched;
  const changedMs = Math.max(view.policy?.atMs ?? 0, ...[...view.nodes.values()].map(({ sinceMs }) => sinceMs));
  if (watchedForMs(watch, changedMs) < settledAfterMs) return [];
  return standingReasons(view, policy).map(({ cause, because }): SilenceStep => {
    const text = `${because.charAt(0).toUpperCase()}${because.slice(1)}.`;
    const story: Story = {
      ...{ incident: neverIncident(view.policy?.version ?? 0, cause), node: wholePool, step: 'never', because },
      notices: [{ kind: 'never', urgency: 'warning', text, detail: { because } }],
    };
    return { kind: 'tell', story };
  });
};
