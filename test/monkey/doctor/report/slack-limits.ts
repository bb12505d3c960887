/** What Slack refuses: https://docs.slack.dev/reference/block-kit/blocks and /methods/chat.postMessage. */
import type { Message } from '../../../../monkey/doctor/report/message.ts';

/** Every limit that a message breaks, in words; [] for one that Slack takes. */
export const brokenLimits = ({ text, blocks }: Message): readonly string[] => {
  const broken: string[] = [];
  if (text.trim() === '') broken.push('the text is empty');
  if (text.length > 4_000) broken.push(`the text has ${text.length} characters`);
  if (blocks.length > 50) broken.push(`${blocks.length} blocks`);
  for (const block of blocks) {
    const texts = block.type === 'section' ? [block.text] : block.elements;
    const most = block.type === 'section' ? 3_000 : 2_000;
    if (block.type === 'context' && (texts.length === 0 || texts.length > 10)) broken.push(`${texts.length} elements`);
    for (const { text: words } of texts) {
      if (words.length === 0) broken.push(`an empty ${block.type}`);
      if (words.length > most) broken.push(`a ${block.type} of ${words.length} characters`);
    }
  }
  return broken;
};

/** All that a person sees of a message. */
export const shown = ({ blocks }: Message): string =>
  blocks
    .map((block) => (block.type === 'section' ? block.text.text : block.elements.map(({ text }) => text).join(' ')))
    .join('\n');
