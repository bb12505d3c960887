/*
 * Why no node of a pool can ever be admitted to a treatment, as it stands: what no waiting ends, only a human.
 * A policy that forbids everything by itself is an error where it is applied; this is what it means for this pool.
 */
import { neighboursOf } from '../../../pool/lazy-nodes.ts';
import type { Neighbour } from '../../../pool/neighbour.ts';
import type { Policy } from '../../../pool/policy.ts';
import { standing } from '../../../pool/standing.ts';
import type { PoolView } from '../../../pool/view.ts';
import { nextOpenMs, windowText } from './windows.ts';

export interface StandingReason {
  /** One word, the same for as long as the reason is; it is told once per version of the policy. */
  readonly cause: string;
  /** A sentence, without a full stop. */
  readonly because: string;
}

/** All standing reasons; none: sooner or later a sick node may be treated. */
export const standingReasons = (view: Pick<PoolView, 'nodes' | 'nowMs'>, policy: Policy): readonly StandingReason[] => [
  ...tooFewNodes(neighboursOf(view.nodes), policy),
  ...noWindow(view.nowMs, policy),
];

const tooFewNodes = (nodes: readonly Neighbour[], { limits }: Policy): readonly StandingReason[] => {
  const members = nodes.filter(({ state }) => state !== 'left');
  const apart = members.filter((node) => standing(node) === 'apart').length;
  const most = members.length - apart;
  const { minServing } = limits;
  if (members.length === 0 || most > minServing) return [];
  const rule = `the policy can never admit a treatment: limits.minServing is ${minServing}`;
  const all = nodesText(members.length);
  if (members.length <= minServing) return [{ cause: 'min-serving', because: `${rule} and the pool has ${all}` }];
  const waiting = `${apart} of ${all} ${apart === 1 ? 'waits' : 'wait'} for a human`;
  return [{ cause: 'min-serving-apart', because: `${rule} and ${waiting}` }];
};

const noWindow = (nowMs: number, { limits: { windows } }: Policy): readonly StandingReason[] =>
  windows === undefined || nextOpenMs(windows, nowMs) !== undefined
    ? []
    : [
        {
          cause: 'window',
          because: `the policy can never admit a treatment: no window ever opens (${windows.map(windowText).join('; ')})`,
        },
      ];

const nodesText = (count: number): string => (count === 1 ? '1 node' : `${count} nodes`);
