/*
 * Nodes whose machines EC2 knows no longer, or has ended; and those that somebody stopped.
 *
 * INVARIANTS
 * - A node leaves the pool only where EC2 has said so for a minute and its agent is silent, never where a human holds it,
 *   and never where EC2 says so of more than half of the pool, or of a machine whose agent beats.
 * - Its record stays, as left, while its reboots count against the pool's budget: otherwise a group that replaces every
 *   machine we reboot would give the budget back each time.
 */
import type { SilenceStep } from '../silence/step.ts';
import type { Watched } from '../silence/watched.ts';
import { poolBudgetMs } from '../treatment/guards/pool-budget.ts';
import { rebootTimesSince } from '../treatment/remedies.ts';
import type { Duty } from './duty.ts';
import { refuse, storyOf } from './story.ts';
import { isGone, isSure, type Sighting } from './survey.ts';
import { veto, witnessVeto } from './vetoes.ts';

export const aboutGone = (watched: Watched, duty: Duty, sighting: Sighting): readonly SilenceStep[] => {
  if (!isSure(sighting)) return [];
  const { node } = duty.silent;
  const vetoes = [...witnessVeto(watched), ...tooMany(watched)];
  if (vetoes.length > 0) return [refuse(duty, vetoes)];
  const because =
    sighting.seen.kind === 'known' ? 'EC2 says that its machine is terminated' : 'EC2 knows no such machine any more';
  if (node.heldBy !== undefined) {
    const text = `${node.id}: ${because}. It stays in the pool as long as ${node.heldBy} holds it: monkey leave ${node.id}`;
    return [{ kind: 'tell', story: storyOf(duty, { step: 'gone', because, kind: 'gone', urgency: 'warning', text }) }];
  }
  const text = `${node.id} has left the pool: ${because}.`;
  const urgency = node.state === 'left' ? 'info' : 'warning';
  const story = storyOf(duty, { step: 'left', because, kind: 'gone', urgency, text, outcome: 'left' });
  if (rebootTimesSince(node, watched.view.nowMs - poolBudgetMs).length === 0) return [{ kind: 'remove', node, story }];
  return node.state === 'left' ? [] : [{ kind: 'shut-out', node, as: 'left', story }];
};

const tooMany = ({ view, survey }: Watched) => {
  const members = [...view.nodes.values()].filter(({ state }) => state !== 'left');
  const gone = members.filter(({ id }) => {
    const sighting = survey.sightings.get(id);
    return sighting !== undefined && isGone(sighting);
  }).length;
  return gone * 2 <= members.length
    ? []
    : [veto('ec2', `EC2 knows ${gone} of ${members.length} machines no longer: more than half of the pool`)];
};

/** A machine that we did not stop: whoever did had a reason. Started again, it joins by itself and is checked. */
export const aboutStopped = (duty: Duty, sighting: Sighting): readonly SilenceStep[] => {
  if (!isSure(sighting) || duty.silent.node.heldBy !== undefined) return [];
  const { node } = duty.silent;
  const because = 'EC2 says that its machine is stopped, and it was not us';
  const text = `${node.id} has left the pool: ${because}. Started again it joins by itself.`;
  const story = storyOf(duty, { step: 'left', because, kind: 'left', urgency: 'page', text, outcome: 'left' });
  return [{ kind: 'shut-out', node, as: 'left', story }];
};
