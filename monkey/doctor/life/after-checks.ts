/*
 * What follows the smoke checks, and what follows a reboot that was not proven.
 *
 * INVARIANTS
 * - Nothing serves that has not passed its checks.
 * - Quarantine is guarded: where fewer than minServing serve, or where the agent only observes, the node goes on being
 *   checked, and people are told once.
 * - Who was quarantined when its reboot was ordered serves only if that reboot is proven.
 * - Whom a human holds by then is held, whatever the checks say.
 */
import type { Decide, Decision } from '../../../pool/decision.ts';
import type { NodeRecord, Remedy } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { CheckResult } from '../ports/probe.ts';
import { type Able, ableHere, planFor } from '../treatment/plan.ts';
import { backToService } from './back-to-service.ts';
import { checkEntries, checkNotices } from './checks-told.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';
import { type Own, own } from './own.ts';
import { isUncured, quarantinedAgain } from './quarantined-again.ts';
import { type Failed, obstacleTo, shutOut } from './shut-out.ts';

export type { Failed } from './shut-out.ts';

/** All checks passed: into service, each check told in the incident's thread. */
export const passChecks =
  (who: Own, results: readonly CheckResult[]): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'checking');
    if (record === undefined) return nothing('no longer being checked');
    if (results.length === 0 || results.some(({ ok }) => !ok)) return nothing('not all checks passed');
    if (isUncured(record) && record.heldBy === undefined)
      return quarantinedAgain(record, { because: 'it came back without it', results }, view, commitId);
    const outcome = record.remedy === undefined ? 'returned' : 'healed';
    const draft = backToService(view, commitId, record, { outcome, because: `all ${results.length} checks passed` });
    const notices = record.incident === undefined ? [] : checkNotices(record, results, commitId);
    return {
      kind: 'commit',
      draft: {
        ...draft,
        writes: [...told(record, ...checkEntries(results)), ...draft.writes],
        notices: [...notices, ...draft.notices],
      },
    };
  };

/**
 * The checks failed until their deadline, or the reboot was not proven by its own: out, until a human has looked; or,
 * where it may not be shut out, checked again.
 */
export const failChecks =
  (failed: Failed): Decide =>
  (view, commitId) => {
    const record = own(view, failed, 'checking', 'rebooting');
    if (record === undefined) return nothing('neither being checked nor rebooting');
    if (record.heldBy !== undefined) return shutOut('held', failed, record, view, commitId);
    if (isUncured(record)) return quarantinedAgain(record, failed, view, commitId);
    const obstacle = obstacleTo(failed, view);
    return obstacle === undefined
      ? shutOut('quarantined', { ...failed, wants: wantedFor(record, failed, view) }, record, view, commitId)
      : keepChecking(obstacle, failed, record, view, commitId);
  };

/** What a controller could try next, where an agent has tried all that it can in the treatment under way. */
const wantedFor = (record: NodeRecord, { policy }: Failed, view: PoolView): Remedy | undefined => {
  if (record.incident === undefined || record.finding === undefined) return undefined;
  const plan = planFor(record.finding, record, {
    ...{ nowMs: view.nowMs, skipMs: policy.remedies.skip },
    able: ableHere(notAgain),
  });
  return plan.kind === 'quarantine' ? plan.wants : undefined;
};

const notAgain: Able = { kind: 'unable', because: 'the checks fail' };

/** Ends the reason in the record of a node that is checked again: from then on people know. */
const checkedAgain = 'it is not quarantined and is checked again';

/** Is this node checked beyond its deadline, as people were told? */
export const isCheckedAgain = ({ state, because }: Pick<NodeRecord, 'state' | 'because'>): boolean =>
  state === 'checking' && because.endsWith(checkedAgain);

const keepChecking = (
  obstacle: string,
  { because, results, mode }: Failed,
  record: NodeRecord,
  view: PoolView,
  commitId: string,
): Decision => {
  if (isCheckedAgain(record)) return nothing(`${because}; ${obstacle}`);
  const state = entering(view, 'checking', `${because}; ${obstacle}, so ${checkedAgain}`);
  return commit('checking-on', {
    expect: [unchanged(record)],
    writes: [
      ...told(record, ...checkEntries(results)),
      { kind: 'put-node', node: { ...draftWithout(record, 'owner', 'stepDeadlineMs'), ...state } },
      ...told(record, { step: 'checking', because: state.because }),
    ],
    notices: [
      ...checkNotices(record, results, commitId),
      ...noticesOf(commitId, record, {
        kind: 'not-quarantined',
        urgency: mode === 'observe' ? 'warning' : 'page',
        text: `${record.id} fails (${because}), but ${obstacle}: ${checkedAgain}. Look at what all checks need.`,
        detail: { because, obstacle },
      }),
    ],
  });
};
