import { formatMs } from '../../../pool/units.ts';
import { census } from '../treatment/census.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { type SilentNode, silentNodes } from './silent.ts';
import type { SilenceStep, Story } from './step.ts';
import type { Watched } from './watched.ts';

/**
 * Nodes that are on their way, whose agents are silent and whose time is over: nobody else will go on with them.
 * A drain that a human or a farewell asked for has lasted its deadline by then, so it ends as it was meant to, in
 * `held` or `left`. One that did not return from its reboot waits for a human, unless the pool is so short of nodes
 * that its late return would be welcome; whom a human holds is held. Of the others people are told, their agents go
 * on when they start again.
 */
export const aboutOverdue = (watched: Watched): readonly SilenceStep[] =>
  silentNodes(watched, 'draining', 'rebooting', 'checking')
    .filter(({ node }) => (overdueAtMs(node, watched.policy) ?? Number.POSITIVE_INFINITY) < watched.view.nowMs)
    .map((silent) => {
      const { node } = silent;
      if (node.state === 'draining' && purposeOf(node) !== 'treat') return endDrain(silent);
      if (node.state === 'rebooting' && node.heldBy !== undefined) return shutOut(silent, 'held');
      return mayQuarantine(watched, silent) ? shutOut(silent, 'quarantined') : page(silent);
    });

const mayQuarantine = ({ view, policy }: Watched, { node }: SilentNode): boolean =>
  node.state === 'rebooting' && census(view, policy).serving.length >= policy.limits.minServing;

interface Told extends Pick<Story, 'step' | 'because' | 'outcome'> {
  readonly kind: string;
  readonly urgency: 'warning' | 'page';
}

const overdueStory = (silent: SilentNode, { kind, urgency, ...part }: Told): Story => {
  const { node, incident, silentForMs } = silent;
  const { because } = part;
  const detail = { service: node.service, url: node.url, silentForMs, because };
  const notices = [{ kind, urgency, text: `${node.id}: ${because}.`, detail }];
  return { incident: node.incident ?? incident, node: node.id, ...part, notices };
};

const shutOut = (silent: SilentNode, as: 'quarantined' | 'held'): SilenceStep => {
  const because = `it did not return from its reboot; nothing was heard of it for ${formatMs(silent.silentForMs)}`;
  const urgency = as === 'held' ? 'warning' : 'page';
  const story = overdueStory(silent, { step: as, because, outcome: as, kind: as, urgency });
  return { kind: 'shut-out', node: silent.node, as, story };
};

const endDrain = (silent: SilentNode): SilenceStep => {
  const as = purposeOf(silent.node) === 'leave' ? 'left' : 'held';
  const silence = `its drain is over and nothing was heard of it for ${formatMs(silent.silentForMs)}`;
  const because = `${silent.node.because}; ${silence}`;
  const story = overdueStory(silent, { step: as, because, outcome: as, kind: as, urgency: 'warning' });
  return { kind: 'shut-out', node: silent.node, as, story };
};

const page = (silent: SilentNode): SilenceStep => {
  const because = `stuck in ${silent.node.state}: its agent has not beaten for ${formatMs(silent.silentForMs)}`;
  const step = `stuck-${silent.node.state}`;
  return { kind: 'tell', story: overdueStory(silent, { step, because, kind: 'silent', urgency: 'page' }) };
};
