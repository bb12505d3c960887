import { formatMs } from '../../../pool/units.ts';
import { census } from '../treatment/census.ts';
import { type SilentNode, silentNodes } from './silent.ts';
import type { SilenceStep, Story } from './step.ts';
import type { Watched } from './watched.ts';

/**
 * Nodes that are out for a treatment, whose agents are silent and whose step's deadline has passed: nobody else will
 * go on with them. One that did not return from its reboot waits for a human, unless the pool is so short of nodes that
 * its late return would be welcome; of the others people are told, their agents go on when they start again.
 */
export const aboutOverdue = (watched: Watched): readonly SilenceStep[] =>
  silentNodes(watched, 'draining', 'rebooting', 'checking')
    .filter(({ node }) => node.stepDeadlineMs !== undefined && node.stepDeadlineMs < watched.view.nowMs)
    .map((silent) => (mayQuarantine(watched, silent) ? quarantine(silent) : page(silent)));

const mayQuarantine = ({ view, policy }: Watched, { node }: SilentNode): boolean =>
  node.state === 'rebooting' && census(view, policy).serving.length >= policy.limits.minServing;

const overdueStory = (silent: SilentNode, part: Pick<Story, 'step' | 'because' | 'outcome'>, kind: string): Story => {
  const { node, incident, silentForMs } = silent;
  const { because } = part;
  const detail = { service: node.service, url: node.url, silentForMs, because };
  const notices = [{ kind, urgency: 'page', text: `${node.id}: ${because}.`, detail } as const];
  return { incident: node.incident ?? incident, node: node.id, ...part, notices };
};

const quarantine = (silent: SilentNode): SilenceStep => {
  const because = `it did not return from its reboot; nothing was heard of it for ${formatMs(silent.silentForMs)}`;
  const story = overdueStory(silent, { step: 'quarantined', because, outcome: 'quarantined' }, 'quarantined');
  return { kind: 'quarantine', node: silent.node, story };
};

const page = (silent: SilentNode): SilenceStep => {
  const because = `stuck in ${silent.node.state}: its agent has not beaten for ${formatMs(silent.silentForMs)}`;
  return { kind: 'tell', story: overdueStory(silent, { step: `stuck-${silent.node.state}`, because }, 'silent') };
};
