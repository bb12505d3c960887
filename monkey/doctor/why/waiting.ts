import { isKnownState } from '../../../pool/record.ts';
import { wantsStopStart } from '../rescue/duty.ts';
import { halfNow } from '../silence/half.ts';
import { silentIncident } from '../silence/told.ts';
import { drained, routerSilentAfterMs } from '../treatment/drained.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { waitsFor } from '../treatment/reboot-waits.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import type { Case, FindingLine } from './case.ts';
import { type GuardLine, letsGoInMs, vetoing } from './guards-now.ts';
import { leaderOf } from './leader-of.ts';
import { rescueAhead } from './rescue-now.ts';
import { servesOn } from './serves-on.ts';

/** What the node waits for now. */
export interface Waiting {
  readonly for: 'routers' | 'calm' | 'a-new-boot' | 'checks' | 'a-human' | 'its-agent' | 'a-controller' | 'guards';
  readonly because: string;
  /** It waits no longer than this; null: for as long as it takes. */
  readonly untilMs: number | null;
  /** Of a drain: each router, and whether it has let go. */
  readonly routers: readonly DrainingRouter[];
}

export interface DrainingRouter {
  readonly id: string;
  readonly atMs: number;
  readonly silent: boolean;
  /** It has said that it sends no new requests. */
  readonly applied: boolean;
  readonly inFlight: number;
}

/** Undefined: for nothing. */
export const waitingFor = (it: Case, finding: FindingLine, guards: readonly GuardLine[]): Waiting | undefined => {
  const { node } = it;
  if (!isKnownState(node.state)) return waiting('a-human', 'an agent of the version that knows this state');
  switch (node.state) {
    case 'serving':
      return waitingServing(it, finding, guards);
    case 'draining':
      return waitingDrained(it);
    case 'rebooting':
      return waitingRebooted(it);
    case 'checking':
      return waitingChecked(it);
    case 'quarantined':
      if (wantsStopStart(node))
        return waiting(
          'a-controller',
          `${leaderOf(it)}, for ${node.wants ?? 'stop-start'}; or a human: monkey readmit ${node.id}`,
        );
      return waiting('a-human', `who looks, and says: monkey readmit ${node.id}`);
    case 'held':
      return waiting('a-human', `who looks, and says: monkey readmit ${node.id}`);
    case 'lost':
      return waitingLost(it);
    case 'left':
      return waiting('its-agent', `to join again after a boot, or a human who says: monkey readmit ${node.id}`);
  }
};

const waiting = (what: Waiting['for'], because: string, untilMs: number | null = null): Waiting => ({
  for: what,
  because,
  untilMs,
  routers: [],
});

const waitingServing = (it: Case, finding: FindingLine, guards: readonly GuardLine[]): Waiting | undefined => {
  if (it.silent && (halfNow(it.view, it.policy).isMoreThanHalf || isKnownToAnswer(it)))
    return waiting(
      'a-human',
      `who looks at its agent${isKnownToAnswer(it) ? ': the app answers, so it serves on' : ''}`,
    );
  if (it.silent) return waiting('a-controller', `${leaderOf(it)}, to ask at ${it.node.url} whether it answers`);
  const vetoes = vetoing(guards);
  if (finding.kind !== 'sick' || vetoes.length === 0 || servesOn(finding.finding, it.policy) !== undefined)
    return undefined;
  const times = vetoes.map(letsGoInMs);
  const known = times.filter((ms) => ms !== undefined);
  const untilMs = known.length === times.length ? it.view.nowMs + Math.max(...known) : null;
  return waiting('guards', `until no guard vetoes: ${vetoes.map(({ guard }) => guard).join(', ')}`, untilMs);
};

/** The controller has asked at its URL in this spell of silence, and was answered. */
const isKnownToAnswer = ({ node, view, incidents }: Case): boolean => {
  const id = silentIncident(node.id, view.seen.get(node.id) ?? node.sinceMs);
  return incidents.some((incident) => incident.id === id && incident.entries.at(-1)?.step === 'silent');
};

const waitingLost = (it: Case): Waiting => {
  const rescue = rescueAhead(it) === undefined ? '' : '; or for a controller, to rescue it';
  return waiting('its-agent', `to beat again: then it is checked${rescue}`);
};

const waitingDrained = (it: Case): Waiting => {
  const { node, view, policy } = it;
  if (node.restarting !== undefined && node.restarting === node.drain)
    return waiting('its-agent', 'to restart the service', node.stepDeadlineMs ?? null);
  const waits = waitsFor(node);
  if (waits !== undefined)
    return waiting(
      'guards',
      `its reboot waits, out of the pool, for what stood against it: ${waits.because}`,
      waits.untilMs,
    );
  if (node.drained !== undefined && node.drained === node.drain && node.orderedBy !== undefined)
    return waiting('its-agent', 'to have EC2 reboot it', node.stepDeadlineMs ?? null);
  if (node.drained !== undefined && node.drained === node.drain)
    return waiting(
      'calm',
      'no traffic is left: whether it calms down without is watched',
      Math.max(node.sinceMs, (node.stepDeadlineMs ?? view.nowMs + stepSlackMs) - stepSlackMs),
    );
  const waitedMs = Math.max(0, view.nowMs - node.sinceMs);
  const answer = drained(view, node, policy, { waitedMs, established: undefined });
  const kind = answer.kind === 'waiting' ? 'routers' : 'its-agent';
  const because = kind === 'routers' ? answer.because : `${answer.because}; its agent ends the drain`;
  return { ...waiting(kind, because, node.sinceMs + policy.drain.deadline), routers: routersOf(it) };
};

const routersOf = ({ node, view }: Case): readonly DrainingRouter[] =>
  [...view.routers.values()].map(({ id, atMs, draining }) => {
    const inFlight = draining[node.drain ?? ''];
    const silent = view.nowMs - atMs > routerSilentAfterMs;
    return { id, atMs, silent, applied: inFlight !== undefined, inFlight: inFlight ?? 0 };
  });

const waitingRebooted = ({ node, policy }: Case): Waiting =>
  waiting('a-new-boot', 'only another boot id proves the reboot', node.sinceMs + policy.reboot.deadline);

const waitingChecked = (it: Case): Waiting => {
  const { node, policy, silent, told } = it;
  const names = policy.checks.run.map(({ kind }) => kind).join(', ');
  const failed = told.failing === undefined ? '' : `; the last try failed: ${told.failing}`;
  if (!silent) return waiting('checks', `all must pass: ${names}${failed}`, node.sinceMs + policy.checks.deadline);
  return waiting('its-agent', `which is silent, to make the checks: ${names}`, overdueAtMs(node, policy) ?? null);
};

/** Whether a human's hold takes effect at the end of what runs. */
export const isHeldAfter = ({ node }: Case): boolean =>
  node.heldBy !== undefined || (node.state === 'draining' && purposeOf(node) === 'hold');
