/*
 * What stands against a rescue.
 *
 * INVARIANTS
 * - A rescue that begins a treatment is asked about like any other: by all guards, but for those that judge what the
 *   pool loses with a serving node. This one serves no more: where the others are hot, it is the one that is missing.
 * - A treatment that has begun is stopped by what stops all healing, and by budgets.
 * - What EC2 says counts only while it knows the machines of nodes that are alive, and of this pool's own by their tag.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { PoolView } from '../../../pool/view.ts';
import { halfOf } from '../silence/half.ts';
import type { Watched } from '../silence/watched.ts';
import { type Census, census } from '../treatment/census.ts';
import type { Question, Veto } from '../treatment/guard.ts';
import { askGuards, guards, guardsNamed, vetoesOf } from '../treatment/guards.ts';
import type { Duty } from './duty.ts';
import { freshSighting, isGone, type Sighting } from './survey.ts';

const ofServingNodes: readonly string[] = ['min-serving', 'forecast', 'heat'];

/** The guards that are asked before a rescue begins a treatment. */
export const askedFirst = guardsNamed(...Object.keys(guards).filter((name) => !ofServingNodes.includes(name)));
/** Those that are asked before it goes on with one. */
export const askedNext = guardsNamed('lever', 'hold', 'fresh-view', 'node-budget', 'pool-budget');

/** And before it asks EC2 again for a remedy that the budgets have counted when it was begun. */
const askedAgain = guardsNamed('lever', 'hold', 'fresh-view');

/** The tag by which a machine says whose it is; the controller's role in infra/aws/iam is bound to the same. */
const poolTag = 'doctor-monkey:pool';

/** Against beginning a treatment. */
export const vetoesAgainstFirst = (watched: Watched, duty: Duty, sighting: Sighting): readonly Veto[] => [
  ...vetoesOf(askGuards(questionOf(watched, duty, sighting), askedFirst)),
  ...vetoesOfRescue(watched, sighting),
];

/** Against going on with one. */
export const vetoesAgainstNext = (watched: Watched, duty: Duty, sighting: Sighting): readonly Veto[] => [
  ...vetoesOf(askGuards(questionOf(watched, duty, sighting), askedNext)),
  ...vetoesOfRescue(watched, sighting),
];

/** Against asking again for what was asked for already. */
export const vetoesAgainstAgain = (watched: Watched, duty: Duty, sighting: Sighting): readonly Veto[] => [
  ...vetoesOf(askGuards(questionOf(watched, duty, sighting), askedAgain)),
  ...vetoesOfRescue(watched, sighting),
];

const questionOf = (
  { view, policy }: Watched,
  { kind, silent: { node } }: Duty,
  { seen: instance }: Sighting,
): Question => ({
  ...{ node, view, policy, census: censusWithout(node.id, view, policy), instance, viewAgeMs: 0 },
  remedy: kind === 'wants-stop-start' ? 'stop-start' : 'reboot',
});

/**
 * Lost nodes, this one among them, are out already and nobody has taken them out: they do not stand in each other's way, or
 * of two that are lost at once neither would ever come back. What half of the pool has fallen silent with is judged apart.
 */
export const censusWithout = (id: string, view: PoolView, policy: Policy): Census => {
  const all = census(view, policy);
  return { ...all, out: all.out.filter((one) => one !== id && view.nodes.get(one)?.state !== 'lost') };
};

const vetoesOfRescue = (watched: Watched, { seen }: Sighting): readonly Veto[] => {
  const owner = seen.kind === 'known' ? seen.tags[poolTag] : undefined;
  const stranger =
    owner === watched.pool
      ? []
      : [veto('pool-tag', `EC2 shows ${owner === undefined ? 'no tag' : `'${owner}' in the tag`} ${poolTag} on it`)];
  return [...halfVeto(watched), ...witnessVeto(watched), ...stranger];
};

/** Where so much of the pool is silent or lost, that says more of the watcher, the network or Redis than of the nodes. */
const halfVeto = (watched: Watched): readonly Veto[] => {
  const { quiet, members, isMoreThanHalf } = halfOf(watched);
  if (!isMoreThanHalf) return [];
  const because = `${quiet.length} of ${members} nodes are silent: more than half of the pool`;
  return [veto('half', because, { quiet: quiet.length, members })];
};

/** An EC2 that does not know a machine whose agent beats is another region's or another account's. */
export const witnessVeto = (watched: Watched): readonly Veto[] => {
  const { survey, monotonicMs } = watched;
  const liar = witnessesOf(watched, Number.POSITIVE_INFINITY).find((id) => {
    const sighting = freshSighting(survey, id, monotonicMs);
    return sighting !== undefined && isGone(sighting);
  });
  return liar === undefined ? [] : [veto('ec2', `EC2 knows no machine ${liar}, though its agent beats`)];
};

/** Nodes whose agents beat now: EC2 must know them. */
export const witnessesOf = ({ view, policy }: Pick<Watched, 'view' | 'policy'>, most: number): readonly string[] =>
  [...view.nodes.keys()]
    .filter((id) => {
      const seenMs = view.seen.get(id);
      return seenMs !== undefined && view.nowMs - seenMs < policy.silence.after;
    })
    .slice(0, most);

export const veto = (guard: string, because: string, detail: Veto['detail'] = {}): Veto => ({
  ...{ kind: 'veto', guard, because, detail },
});
