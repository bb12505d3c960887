/*
 * Which nodes need a controller, since their agents do not go on with them.
 *
 * INVARIANTS
 * - An agent that beats goes on with its node itself, but for a stop and start, which only a controller does.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { type SilentNode, silenceOf } from '../silence/silent.ts';
import type { Watched } from '../silence/watched.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { foreignWish } from '../treatment/remedies.ts';

export interface Duty {
  readonly kind: /** Silent beyond the deadline of a rescue, lost or in the middle of a treatment that its agent had begun. */
    | 'silent'
    /** Rebooted, or stopped and started, and not back by the deadline. */
    | 'not-returned'
    /** A controller has asked EC2 for it, and its deadline has not come. */
    | 'under-way'
    /** Out of our hands before the machine that we stopped was started again. */
    | 'owes-start'
    /** Quarantined, and the next rung of its ladder is a stop and start. */
    | 'wants-stop-start'
    /** Quarantined for a remedy that this version does not know: people are told. */
    | 'wants-unknown'
    /** Out, silent, and nobody's task, unless EC2 knows it no longer. */
    | 'parked';
  readonly silent: SilentNode;
  /** Since when it is due, in Redis TIME. */
  readonly dueMs: number;
}

/** The longest silent first. */
export const dutiesOf = (watched: Watched): readonly Duty[] =>
  [...watched.view.nodes.values()]
    .flatMap((node) => dutyOf(watched, node) ?? [])
    .sort((one, other) => other.silent.silentForMs - one.silent.silentForMs);

const dutyOf = (watched: Watched, node: NodeRecord): Duty | undefined => {
  const { view, policy } = watched;
  const silent = silenceOf(watched, node);
  const isSilent = silent.silentForMs >= policy.silence.after;
  if (node.state === 'rebooting') return rebooting(watched, silent, isSilent);
  if (wantsStopStart(node)) return { kind: 'wants-stop-start', silent, dueMs: node.sinceMs };
  if (foreignWish(node) !== undefined && node.heldBy === undefined && !owesStart(node))
    return { kind: 'wants-unknown', silent, dueMs: node.sinceMs };
  if (!isSilent) return undefined;
  if (owesStart(node)) return { kind: 'owes-start', silent, dueMs: node.sinceMs };
  const dueMs = rescueDueMs(policy, node);
  if (dueMs === undefined) return { kind: 'parked', silent, dueMs: node.sinceMs };
  return dueMs <= view.nowMs ? { kind: 'silent', silent, dueMs } : undefined;
};

/** Where a record waits for a human, or goes on by one, with the call that was not seen to come to pass. */
const owing: readonly NodeRecord['state'][] = ['quarantined', 'held', 'checking', 'lost'];

/** Does it wait, silent, with a call of ours that was not seen to come to pass? */
export const owesStart = ({ state, call }: NodeRecord): boolean => call !== undefined && owing.includes(state);

/** Does it wait for what only a controller does? */
export const wantsStopStart = ({ state, wants, heldBy }: NodeRecord): boolean =>
  state === 'quarantined' && wants === 'stop-start' && heldBy === undefined;

/** Its agent fell silent in the middle of a treatment, which was admitted and is counted. */
export const isMidTreatment = ({ state, incident, finding }: NodeRecord): boolean =>
  incident !== undefined && finding !== undefined && (state === 'draining' || state === 'checking');

const rebooting = ({ view, policy }: Watched, silent: SilentNode, isSilent: boolean): Duty | undefined => {
  const { node } = silent;
  const dueMs = overdueAtMs(node, policy) ?? node.sinceMs;
  if (!isSilent && node.call === undefined) return undefined;
  if (dueMs < view.nowMs) return { kind: 'not-returned', silent, dueMs };
  return node.owner?.startsWith('controller:') === true ? { kind: 'under-way', silent, dueMs } : undefined;
};

/** When (Redis TIME) a silent node is due for a rescue; infinite: another rule is due; undefined: it is out of the pool's work. */
export const rescueDueMs = (policy: Policy, node: NodeRecord): number | undefined => {
  const { rescue } = policy.silence;
  switch (node.state) {
    case 'lost':
      return node.sinceMs + rescue;
    case 'checking':
      return (overdueAtMs(node, policy) ?? node.sinceMs) + rescue;
    case 'draining':
      // A drain that a human or a farewell asked for ends as it was meant to.
      return purposeOf(node) === 'treat'
        ? (overdueAtMs(node, policy) ?? node.sinceMs) + rescue
        : Number.POSITIVE_INFINITY;
    case 'serving':
      return Number.POSITIVE_INFINITY;
    case 'quarantined':
    case 'held':
    case 'left':
      return undefined;
    default:
      return Number.POSITIVE_INFINITY;
  }
};
