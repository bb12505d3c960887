import type { Policy } from '../../../pool/policy.ts';
import { isKnownState, type NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import { wantsStopStart } from '../rescue/duty.ts';
import { halfNow } from '../silence/half.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { foreignWish } from '../treatment/remedies.ts';
import type { Case, FindingLine } from './case.ts';
import { type GuardLine, vetoing } from './guards-now.ts';
import { servesOn } from './serves-on.ts';

/** What it all comes to, in one word and one sentence. */
export interface Conclusion {
  readonly kind: /** Nothing is wrong, or nothing is known: hands off. */
    | 'left-alone'
    /** Sick, and no guard stands in the way. */
    | 'treated-next'
    /** Sick, and its reboots of the day are spent. */
    | 'quarantined-next'
    /** Sick, and refused. */
    | 'refused'
    /** Sick, and its agent only observes. */
    | 'only-reported'
    /** Sick of what people are only told of. */
    | 'serves-on'
    | 'under-way'
    | 'waits-for-a-human'
    /** Quarantined, and a controller can do more. */
    | 'waits-for-a-controller'
    | 'out'
    /** A state of another version. */
    | 'nobody-acts';
  readonly because: string;
}

export const concludes = (it: Case, finding: FindingLine, guards: readonly GuardLine[]): Conclusion => {
  const { node } = it;
  if (!isKnownState(node.state))
    return {
      kind: 'nobody-acts',
      because: `${node.state} is a state of another version: it is out and nobody acts on it`,
    };
  switch (node.state) {
    case 'serving':
      return concludesServing(it, finding, guards);
    case 'draining':
      return { kind: 'under-way', because: `it is being drained ${forWhat(it)}` };
    case 'rebooting':
      return { kind: 'under-way', because: 'it is being rebooted' };
    case 'checking':
      return {
        kind: 'under-way',
        because:
          node.incident === undefined ? 'it is checked before it serves' : 'it is checked before it serves again',
      };
    case 'quarantined':
      return wantsStopStart(node)
        ? {
            kind: 'waits-for-a-controller',
            because: 'it is quarantined until a controller that acts stops and starts it, or a human has looked',
          }
        : { kind: 'waits-for-a-human', because: `it is quarantined until a human has looked${foreignText(node)}` };
    case 'held':
      return { kind: 'waits-for-a-human', because: `${node.heldBy ?? 'a human'} holds it out` };
    case 'lost':
      return { kind: 'out', because: 'its agent is silent and nothing answered at its URL' };
    case 'left':
      return { kind: 'out', because: 'it has left the pool' };
  }
};

const concludesServing = (
  { silent, view, node, policy, told }: Case,
  finding: FindingLine,
  guards: readonly GuardLine[],
): Conclusion => {
  if (silent) {
    const seenMs = view.seen.get(node.id);
    const since = seenMs === undefined ? 'ever' : `for ${formatMs(view.nowMs - seenMs)}`;
    return {
      kind: 'left-alone',
      because: `it serves, and its agent has not beaten ${since}: it judges nothing${halfText(view, policy)}`,
    };
  }
  if (finding.kind === 'well') return { kind: 'left-alone', because: 'it serves and is well' };
  if (finding.kind === 'unknown')
    return { kind: 'left-alone', because: 'it serves, and whether it is sick is not known: doubt means hands off' };
  const untreated = servesOn(finding.finding, policy);
  if (untreated !== undefined)
    return { kind: 'serves-on', because: `it is sick and serves on, people are told: ${untreated}` };
  const vetoes = vetoing(guards).map(({ guard }) => guard);
  if (vetoes.length === 1 && vetoes[0] === 'node-budget' && told.mode !== 'observe')
    return { kind: 'quarantined-next', because: 'it is sick and its reboots are spent: its agent quarantines it next' };
  if (vetoes.length > 0)
    return {
      kind: 'refused',
      because: `it is sick and not treated: ${vetoes.join(', ')} ${vetoes.length === 1 ? 'vetoes' : 'veto'}`,
    };
  return told.mode === 'observe'
    ? {
        kind: 'only-reported',
        because: 'it is sick and no guard vetoes, but agent.mode is observe: it is only reported',
      }
    : { kind: 'treated-next', because: 'it is sick and no guard vetoes: its agent takes it out with its next round' };
};

const foreignText = (node: NodeRecord): string => {
  const foreign = foreignWish(node);
  return foreign === undefined
    ? ''
    : `; it waits for ${foreign}, a remedy of another version: nobody of this one acts on it`;
};

const halfText = (view: PoolView, policy: Policy): string => {
  const { quiet, members, isMoreThanHalf } = halfNow(view, policy);
  return isMoreThanHalf
    ? `; ${quiet.length} of ${members} nodes are silent, more than half of the pool: hands off, until a human has looked`
    : '';
};

const forWhat = ({ node }: Case): string => {
  switch (purposeOf(node)) {
    case 'treat':
      return node.orderedBy === undefined ? 'for a treatment' : `for a reboot that ${node.orderedBy} has ordered`;
    case 'hold':
      return `to be held by ${node.heldBy ?? 'a human'}`;
    case 'leave':
      return 'to leave the pool';
  }
};
