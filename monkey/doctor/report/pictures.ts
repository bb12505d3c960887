import type { Notice } from '../../../pool/notice.ts';
import { definitionOf } from '../diagnosis/findings.ts';
import { type Detail, detailOf, textOf } from './detail.ts';
import { bootLines, checkLines, evidenceLines, vetoLines } from './lines.ts';
import { code, words } from './words.ts';

/** How one kind of notice looks. */
export interface Picture {
  /** One emoji for the state, so that a channel can be read at a glance. */
  readonly emoji: string | ((detail: Detail) => string);
  /** Follows the node's name: `web-2 is sick`. Without a node it stands alone, beginning with a capital. */
  readonly title: string | ((detail: Detail) => string);
  readonly lines?: (detail: Detail) => readonly string[];
  /** The lines say all: the reason would only say it again. */
  readonly linesSayAll?: boolean;
  /** What happens next, or what a human has to do. `NODE` becomes the node's id. */
  readonly next?: string;
}

const checkOk = (detail: Detail): boolean => (detailOf(detail, 'check') ?? detail)['ok'] === true;
const oneCheck = (detail: Detail): readonly string[] =>
  checkLines(detailOf(detail, 'check') === undefined ? { check: detail } : detail);

/** ` (memory)`, where the detail names a finding that this version knows. */
const ofWhat = (detail: Detail): string => {
  const title = definitionOf(textOf(detail, 'finding') ?? '')?.title;
  return title === undefined ? '' : ` (${title})`;
};

/** The table is the documentation: every kind of notice, and what a person reads. */
const pictures: Readonly<Record<string, Picture>> = {
  reported: { emoji: '🤒', title: (detail) => `is sick${ofWhat(detail)}, and serves` },
  restarting: { emoji: '♻️', title: 'gets its service restarted', next: 'another process proves it, then checks' },
  restarted: { emoji: '♻️', title: 'has a fresh service', next: 'checks' },
  'restart-unproven': { emoji: '❔', title: 'may have a fresh service', next: 'checks' },
  joined: { emoji: '👋', title: 'joined the pool', next: 'checks' },
  booted: { emoji: '⚡', title: 'booted anew', lines: bootLines, next: 'checks' },
  sick: {
    emoji: '🤒',
    title: (detail) => `is sick${ofWhat(detail)}`,
    next: 'out of the pool, then a look whether it was only load',
  },
  draining: { emoji: '⏳', title: 'is draining', next: 'the last requests end' },
  drained: { emoji: '💧', title: 'is drained' },
  evidence: { emoji: '🔬', title: 'was examined', lines: evidenceLines },
  rebooting: { emoji: '🔄', title: 'is rebooting', next: 'a new boot id proves the reboot' },
  rebooted: { emoji: '⚡', title: 'has rebooted', lines: bootLines, next: 'checks' },
  check: {
    emoji: (detail) => (checkOk(detail) ? '✅' : '❌'),
    title: (detail) => (checkOk(detail) ? 'passed a check' : 'failed a check'),
    lines: oneCheck,
    linesSayAll: true,
  },
  back: { emoji: '💚', title: 'is back', lines: checkLines },
  busy: { emoji: '📈', title: 'was busy, not sick: it serves again' },
  returned: { emoji: '💚', title: 'serves again, untreated' },
  serving: { emoji: '💚', title: 'serves' },
  quarantined: {
    emoji: '🚨',
    title: 'is quarantined',
    lines: checkLines,
    next: 'a human looks at it, then `monkey readmit NODE`',
  },
  'not-quarantined': { emoji: '🚨', title: 'fails its checks and is needed', next: 'checked again and again' },
  'same-code': {
    emoji: '🐛',
    title: 'does what other sick nodes do: it is the code',
    next: 'the picture above shows where; deploy a cure, then `monkey readmit NODE`',
  },
  refused: {
    emoji: '✋',
    title: 'is not treated',
    lines: vetoLines,
    next: 'decided again every round; `monkey why NODE` tells',
  },
  silent: { emoji: '🔇', title: 'is silent' },
  lost: { emoji: '👻', title: 'is lost', next: 'checked as soon as its agent beats again' },
  stopping: {
    emoji: '⏻',
    title: 'is being stopped and started',
    next: 'started as soon as EC2 says that it is stopped',
  },
  starting: { emoji: '⏻', title: 'is being started', next: 'a new boot id proves it' },
  gone: { emoji: '🪦', title: 'is gone' },
  stuck: { emoji: '🧱', title: 'is stuck' },
  waiting: { emoji: '⏰', title: 'still waits for a human', next: '`monkey readmit NODE` lets it return' },
  would: { emoji: '👀', title: 'was left alone', next: 'nothing, until `controller.mode` is act' },
  'found-again': { emoji: '🐾', title: 'was found again', next: 'checks' },
  'half-silent': {
    emoji: '🚨',
    title: 'More than half of the pool is silent',
    next: 'hands off: a human looks at network and agents',
  },
  'half-over': { emoji: '💚', title: 'Most of the pool is heard again' },
  beats: { emoji: '💚', title: 'is heard again' },
  'lost-pool': { emoji: '🚨', title: 'The pool was lost', next: 'nobody is treated for 60 s; the agents join again' },
  'policy-unreadable': {
    emoji: '🚨',
    title: 'The policy cannot be read',
    next: 'apply one that can: monkey policy apply FILE',
  },
  never: {
    emoji: '⚠️',
    title: 'No node can ever be treated',
    next: 'change limits with monkey policy apply FILE, or the pool',
  },
  paused: { emoji: '⏸️', title: 'Healing is paused', next: '`monkey resume` lets it go on' },
  resumed: { emoji: '▶️', title: 'Healing goes on' },
  held: { emoji: '🔒', title: 'is held out', next: '`monkey readmit NODE` lets it return' },
  'hold-taken-back': { emoji: '🔓', title: 'may return when it is well' },
  readmitted: { emoji: '🔓', title: 'may return', next: 'checks' },
  leaving: { emoji: '🚪', title: 'is leaving the pool', next: 'the last requests end' },
  left: { emoji: '🚪', title: 'has left the pool' },
  policy: { emoji: '📜', title: 'The pool has a new policy', next: 'it stands from the next round on' },
  'outbox-filling': { emoji: '🚨', title: 'The outbox fills', next: 'look why Slack takes no messages' },
  'notices-lost': { emoji: '🚨', title: 'Notices were lost', next: '`monkey incidents` and `monkey nodes` still know' },
  'left-out': {
    emoji: '🧭',
    title: 'Routers leave nodes out',
    next: 'requests to them fail, and their agents do not see why: `monkey why NODE`',
  },
  panic: {
    emoji: '🚨',
    title: 'Requests fail on most nodes',
    next: 'look for what all of them need: a database, a network, a deploy',
  },
  'router-forgotten': { emoji: '🧭', title: 'A router was forgotten', next: 'drains no longer wait for it' },
};

const byUrgency: Readonly<Record<string, string>> = { info: 'ℹ️', warning: '⚠️', page: '🚨' };

/** The picture of a notice; a kind that this version does not know is told in its own words. */
export const pictureOf = ({ kind, urgency }: Notice): Picture =>
  Object.hasOwn(pictures, kind) ? (pictures[kind] ?? unknownKind(kind, urgency)) : unknownKind(kind, urgency);

/** The emoji of a notice, its title with the node's name, and why: what every form of message says of it. */
export const emojiOf = (notice: Notice): string => {
  const { emoji } = pictureOf(notice);
  return typeof emoji === 'string' ? emoji : emoji(notice.detail ?? {});
};

export const titleOf = (notice: Notice): string => {
  const { title } = pictureOf(notice);
  const said = words(typeof title === 'string' ? title : title(notice.detail ?? {}));
  return notice.node === undefined ? said : `${code(notice.node)} ${said}`;
};

/** In the words of who decided; a human's order, and what has no reason of its own, in the notice's sentence. */
export const whyOf = ({ text, detail = {} }: Notice, most: number): string => {
  const because = textOf(detail, 'by') === undefined ? textOf(detail, 'because') : undefined;
  return words(because ?? text, most);
};

const unknownKind = (kind: string, urgency: Notice['urgency']): Picture => ({
  emoji: byUrgency[urgency] ?? 'ℹ️',
  title: kind.replaceAll('-', ' '),
});
