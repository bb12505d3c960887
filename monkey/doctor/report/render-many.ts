/** What one message says of several notices: the story of an incident in lines, or a digest with counts and names. */
import type { Notice, WaitingNotice } from '../../../pool/notice.ts';
import { listOf, textOf } from './detail.ts';
import { isPage, type PlannedLetter } from './letter.ts';
import { type Block, context, type Message, plainText, section } from './message.ts';
import { emojiOf, pictureOf, titleOf, whyOf } from './pictures.ts';
import { type RenderOptions, render } from './render.ts';
import { code, words } from './words.ts';

/** All lines of a story together; a section takes 2,900 characters, and the mention has to fit in as well. */
const storyMost = 2_700;
const namesMost = 10;
const causesMost = 8;
const examplesMost = 3;

export const renderLetter = ({ form, waiting }: PlannedLetter, options: RenderOptions = {}): Message => {
  const notices = waiting.map(({ notice }) => notice);
  const [first] = notices;
  if (form === 'single' && first !== undefined) return render(first, options);
  const small = [`${String(notices.length)} notices in one: many were waiting`];
  const lines = form === 'story' ? notices.map(storyLine) : digestLines(notices);
  return together(lines, notices, small, options);
};

/** As many of an incident's notices, from the first on, as one message can tell. */
export const fitsStory = (waiting: readonly WaitingNotice[]): readonly WaitingNotice[] => {
  let length = 0;
  const end = waiting.findIndex(({ notice }, at) => {
    length += storyLine(notice).length + 1;
    return at > 0 && length > storyMost;
  });
  return end < 0 ? waiting : waiting.slice(0, end);
};

const together = (
  lines: readonly string[],
  notices: readonly Notice[],
  small: readonly string[],
  { form = 'rich', mention }: RenderOptions,
): Message => {
  const paged = notices.some(isPage);
  const called = mention !== undefined && paged ? [mention] : [];
  // The mention comes first: whatever is cut, nobody is called too late.
  const text = plainText([...called, ...lines]);
  switch (form) {
    case 'rich': {
      const blocks: Block[] = [section([...called, ...lines]), context([...small, ...(paged ? [needed] : [])])];
      return { text, blocks };
    }
    case 'plain':
      return { text, blocks: [] };
    case 'bare':
      return {
        text: [...called, words(`${String(notices.length)} × ${notices[0]?.kind ?? ''}`, 80)].join(' '),
        blocks: [],
      };
  }
};

const needed = '*needs a human now*';

const storyLine = (notice: Notice): string => `${emojiOf(notice)} *${titleOf(notice)}*: ${whyOf(notice, 160)}`;

const digestLines = (notices: readonly Notice[]): readonly string[] => {
  const titles = counted(notices.map(headlineOf)).map(([headline, count]) => headline.replace('COUNT', String(count)));
  const causes = counted(notices.flatMap(causesOf)).slice(0, causesMost);
  const texts = notices.map((notice) => whyOf(notice, 160));
  const examples = causes.length > 0 ? [] : counted(texts).slice(0, examplesMost);
  return [
    ...titles.slice(0, examplesMost),
    ...causes.map(([cause, count]) => `• ${words(cause, 80)}: ${String(count)}`),
    ...examples.map(([text, count]) => `• ${text}${count > 1 ? ` (${String(count)} times)` : ''}`),
    ...namesLine(notices),
  ];
};

/** `412 nodes are not treated`; without a node the sentence stands as it is, with how often it is told. */
const headlineOf = (notice: Notice): string => {
  const { title } = pictureOf(notice);
  const said = words(typeof title === 'string' ? title : title(notice.detail ?? {}));
  return notice.node === undefined
    ? `${emojiOf(notice)} *${said}* (COUNT times)`
    : `${emojiOf(notice)} *COUNT nodes ${plural(said)}*`;
};

const plurals: readonly (readonly [singular: RegExp, plural: string])[] = [
  [/^is /, 'are '],
  [/^was /, 'were '],
  [/^has /, 'have '],
  [/^(serve|fail)s /, '$1 '],
];
const plural = (title: string): string =>
  plurals.reduce((text, [singular, many]) => text.replace(singular, many), title);

/** Who refused, or what was found. */
const causesOf = ({ detail = {} }: Notice): readonly string[] => {
  const guards = listOf(detail, 'vetoes').map((veto) => textOf(veto, 'guard') ?? 'guard');
  const finding = textOf(detail, 'finding');
  return guards.length > 0 ? guards : finding === undefined ? [] : [finding];
};

const namesLine = (notices: readonly Notice[]): readonly string[] => {
  const nodes = [...new Set(notices.map(({ node }) => node).filter((node) => node !== undefined))];
  if (nodes.length === 0) return [];
  const more = nodes.length - namesMost;
  return [`${nodes.slice(0, namesMost).map(code).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`];
};

/** What stands in a list, and how often; the most frequent first. */
const counted = (values: readonly string[]): readonly (readonly [string, number])[] => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
};
