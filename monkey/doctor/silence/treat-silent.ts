import { formatMs } from '../../../pool/units.ts';
import { census } from '../treatment/census.ts';
import type { Guard, Veto } from '../treatment/guard.ts';
import { hold } from '../treatment/guards/hold.ts';
import { lever } from '../treatment/guards/lever.ts';
import { minServing } from '../treatment/guards/min-serving.ts';
import { askGuards, vetoesOf } from '../treatment/guards.ts';
import type { SilentNode } from './silent.ts';
import type { NoticeDraft, SilenceStep, Story } from './step.ts';
import type { Watched } from './watched.ts';

/** Tries at a silent node's URL, all in vain, before it is found sick. */
export const triesNeeded = 3;

/** Guards of the loss of a silent node: the half of the pool and a lost pool have been judged before. */
const guards: Readonly<Record<string, Guard>> = { lever, hold, 'min-serving': minServing };

/** It answers: page, keep it serving. It does not: sick, and lost. */
export const treatSilent = (watched: Watched, silent: SilentNode): readonly SilenceStep[] => {
  const asked = watched.asked.get(silent.incident);
  const { id, url } = silent.node;
  const ask: SilenceStep = { kind: 'ask', node: id, url, incident: silent.incident };
  if (asked === undefined) return [ask];
  if (asked.last.kind === 'answers') return [ask, tell(silent, answering(silent, asked.last.detail))];
  if (asked.last.kind === 'unknown') return [ask, tell(silent, refused(silent, [unasked(asked.last.because)]))];
  if (asked.failures < triesNeeded) return [ask];
  const vetoes = vetoesAgainst(watched, silent);
  return vetoes.length > 0
    ? [ask, tell(silent, refused(silent, vetoes))]
    : [ask, lose(silent, `${quietFor(silent)}, and nothing answers at its URL: ${asked.last.because}`)];
};

const vetoesAgainst = ({ view, policy }: Watched, { node }: SilentNode): readonly Veto[] =>
  vetoesOf(askGuards({ node, view, policy, census: census(view, policy), remedy: 'reboot', viewAgeMs: 0 }, guards));

/** Anything unknown is a veto. */
const unasked = (because: string): Veto => ({ kind: 'veto', guard: 'url', because, detail: {} });

const quietFor = ({ silentForMs }: SilentNode): string => `its agent has not beaten for ${formatMs(silentForMs)}`;

type Part = Pick<Story, 'step' | 'because' | 'notices'>;

const tell = (silent: SilentNode, part: Part): SilenceStep => ({ kind: 'tell', story: storyOf(silent, part) });

const storyOf = ({ incident, node }: SilentNode, part: Part): Story => ({ incident, node: node.id, ...part });

const noticeOf = ({ node, silentForMs }: SilentNode, { kind, urgency, text, detail }: NoticeDraft): NoticeDraft => ({
  kind,
  urgency,
  text,
  detail: { service: node.service, url: node.url, silentForMs, ...detail },
});

const answering = (silent: SilentNode, seen: string): Part => {
  const because = `${quietFor(silent)}, but it answers (${seen}): it keeps serving`;
  const next = 'a human looks at its agent';
  const notice = {
    kind: 'silent',
    urgency: 'page',
    text: `${silent.node.id}: ${because}.`,
    detail: { because, next },
  } as const;
  return { step: 'silent', because, notices: [noticeOf(silent, notice)] };
};

const refused = (silent: SilentNode, vetoes: readonly Veto[]): Part => {
  const names = vetoes.map(({ guard }) => guard);
  const because = `${quietFor(silent)} and it was not seen to answer, but it may not be taken out`;
  const text = `${silent.node.id}: ${because} (${names.join(', ')}).`;
  const notice = { kind: 'refused', urgency: 'page', text, detail: { because, vetoes } } as const;
  return { step: `refused-${names.join('-')}`, because, notices: [noticeOf(silent, notice)] };
};

const lose = (silent: SilentNode, because: string): SilenceStep => {
  const { node } = silent;
  const sick = { kind: 'silent', urgency: 'warning', text: `${node.id} is sick: ${because}.` } as const;
  const lost = { kind: 'lost', urgency: 'page', text: `${node.id} is lost: it was taken off the live list.` } as const;
  const next = 'it is taken out of the pool';
  const notices = [
    noticeOf(silent, { ...sick, detail: { finding: 'sick', because, next } }),
    noticeOf(silent, { ...lost, detail: { because: 'taken off the live list' } }),
  ];
  const story = storyOf(silent, { step: 'lost', because, notices });
  return { kind: 'lose', node, story };
};
