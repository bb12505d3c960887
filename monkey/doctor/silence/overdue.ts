import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { type SilentNode, silentNodes } from './silent.ts';
import type { SilenceStep, Story } from './step.ts';
import type { Watched } from './watched.ts';

/**
 * Nodes that are on their way, whose agents are silent and whose time is over. A drain that a human or a farewell asked
 * for has lasted its deadline by then, so it ends as it was meant to, in `held` or `left`; so does a check after which a
 * human wants the node held. Of the others people are told: their agents go on when they start again, and the rescue
 * goes on with those that do not, and with reboots.
 */
export const aboutOverdue = (watched: Watched): readonly SilenceStep[] =>
  silentNodes(watched, 'draining', 'checking')
    .filter(({ node }) => (overdueAtMs(node, watched.policy) ?? Number.POSITIVE_INFINITY) < watched.view.nowMs)
    .map((silent) => (isMeantToEnd(silent.node) ? endAsMeant(silent) : page(silent)));

const isMeantToEnd = (node: NodeRecord): boolean =>
  node.state === 'draining' ? purposeOf(node) !== 'treat' : node.heldBy !== undefined && node.call === undefined;

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

const endAsMeant = (silent: SilentNode): SilenceStep => {
  const { state } = silent.node;
  const as = state === 'draining' && purposeOf(silent.node) === 'leave' ? 'left' : 'held';
  const silence = `its ${state === 'draining' ? 'drain is' : 'checks are'} over and nothing was heard of it for ${formatMs(silent.silentForMs)}`;
  const because = `${silent.node.because}; ${silence}`;
  const story = overdueStory(silent, { step: as, because, outcome: as, kind: as, urgency: 'warning' });
  return { kind: 'shut-out', node: silent.node, as, story };
};

const page = (silent: SilentNode): SilenceStep => {
  const because = `stuck in ${silent.node.state}: its agent has not beaten for ${formatMs(silent.silentForMs)}`;
  const step = `stuck-${silent.node.state}`;
  return { kind: 'tell', story: overdueStory(silent, { step, because, kind: 'silent', urgency: 'page' }) };
};
