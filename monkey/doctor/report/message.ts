/** A message as people read it: Slack's Block Kit, and words for where blocks cannot be shown. */
export interface Message {
  /** Notifications, screen readers and the plain form; mrkdwn, escaped. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** The few kinds of blocks that we use. Limits: https://docs.slack.dev/reference/block-kit/blocks */
export type Block =
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] };

interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
}

/** Slack refuses a section of more than 3,000 characters; what is this long is not read on a phone anyway. */
const sectionMost = 2_900;
const contextMost = 1_900;
/** Slack cuts a text at 40,000 characters and asks for at most 4,000. */
const textMost = 3_500;

export const section = (lines: readonly string[]): Block => ({
  type: 'section',
  text: { type: 'mrkdwn', text: linesWithin(lines, sectionMost) },
});

export const context = (parts: readonly string[]): Block => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: linesWithin([parts.join(' · ')], contextMost) }],
});

export const plainText = (lines: readonly string[]): string => linesWithin(lines, textMost);

/** Whole lines only, so that no escape or code span is cut in two; says how many lines were left out. */
const linesWithin = (lines: readonly string[], most: number): string => {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    // Room for the line that says how many are missing.
    if (length + line.length + 1 > most - 30)
      return [...kept, `… and ${lines.length - kept.length} more lines`].join('\n');
    kept.push(line);
    length += line.length + 1;
  }
  return kept.join('\n');
};
