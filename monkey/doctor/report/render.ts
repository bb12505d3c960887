import type { Notice } from '../../../pool/notice.ts';
import { type Detail, textOf } from './detail.ts';
import { durationWords } from './lines.ts';
import { type Block, context, type Message, plainText, section } from './message.ts';
import { emojiOf, pictureOf, titleOf, whyOf } from './pictures.ts';
import { code, words } from './words.ts';

/** `plain`: words only; `bare`: the least that says what happened. For messages that were not taken as they were. */
export type Form = 'rich' | 'plain' | 'bare';

export interface RenderOptions {
  /** `rich` where nothing is said. */
  readonly form?: Form;
  /** Who is called when a human is needed now, as Slack writes it: `<!here>`. From the configuration, shown as it is. */
  readonly mention?: string | undefined;
}

/**
 * A notice as a message that is read on a phone: what happened to whom in bold, why, the particulars one a line,
 * and small below them service, durations and what comes next.
 */
export const render = (notice: Notice, { form = 'rich', mention }: RenderOptions = {}): Message => {
  const picture = picturesOf(notice, mention);
  switch (form) {
    case 'rich':
      return picture;
    case 'plain':
      return { text: picture.text, blocks: [] };
    case 'bare':
      return { text: words(`${notice.kind} ${notice.node ?? ''}`, 80), blocks: [] };
  }
};

const picturesOf = (notice: Notice, mention: string | undefined): Message => {
  const detail = notice.detail ?? {};
  const picture = pictureOf(notice);
  const emoji = emojiOf(notice);
  const headline = `${emoji} *${titleOf(notice)}*`;
  const lines = picture.lines?.(detail) ?? [];
  const saysAll = picture.linesSayAll === true && lines.length > 0;
  const body = saysAll ? lines : [whyOf(notice, 500), ...lines];
  const small = smallPrint(notice, detail, picture.next);
  const called = mention !== undefined && notice.urgency === 'page' ? [mention] : [];
  const blocks: Block[] = [section([headline, ...body, ...called])];
  if (small.length > 0) blocks.push(context(small));
  return {
    text: plainText([`${emoji} ${sentenceOf(notice)}`, ...called, ...(saysAll ? [] : lines)]),
    blocks,
  };
};

/** The notice in one sentence that names its node. */
const sentenceOf = ({ node, text }: Notice): string =>
  node === undefined || text.includes(node) ? words(text, 500) : `${code(node)}: ${words(text, 500)}`;

const smallPrint = ({ node, urgency }: Notice, detail: Detail, ownNext: string | undefined): readonly string[] => {
  const service = textOf(detail, 'service');
  const url = textOf(detail, 'url');
  const told = textOf(detail, 'next');
  const next = told === undefined ? ownNext?.replaceAll('NODE', () => words(node ?? 'NODE', 150)) : words(told);
  return [
    ...(urgency === 'page' ? ['*needs a human now*'] : []),
    ...(service === undefined ? [] : [words(service, 80)]),
    ...(url === undefined ? [] : [words(url.replace(/^https?:\/\//, ''), 120)]),
    ...durationWords(detail),
    ...(next === undefined ? [] : [`next: ${next}`]),
  ];
};
