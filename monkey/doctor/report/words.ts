/*
 * How anything from outside becomes words in a message.
 *
 * INVARIANTS
 * - Nothing that came from a node, a human or Redis can mention a channel, make a link or break the layout:
 *   `&`, `<` and `>` are escaped as Slack asks, line breaks and control characters become spaces.
 * - What looks like a secret is not shown.
 * - Every value has an end.
 */

/** The longest value shown; the rest becomes `…`. */
const valueMost = 300;

/** Untrusted text as one line of mrkdwn. */
export const words = (value: string, most = valueMost): string => escaped(plainWords(value, most));

/** Untrusted text as one line of plain words, for where nothing is marked up. */
export const plainWords = (value: string, most = valueMost): string => shortened(withoutSecrets(oneLine(value)), most);

/** Untrusted text as a code span, e.g. a node's id. */
export const code = (value: string): string => `\`${words(value, 150).replaceAll('`', "'")}\``;

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const oneLine = (value: string): string => value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

const shortened = (value: string, most: number): string =>
  value.length <= most ? value : `${value.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

const secrets: readonly (readonly [pattern: RegExp, shown: string])[] = [
  // Credentials inside a URL.
  [/(\w+:\/\/)[^\s/@]+@/g, '$1…@'],
  // Slack tokens, AWS access keys, bearer tokens.
  [/\bxox[a-z]-[\w-]+/gi, '…'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '…'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 …'],
  // GitHub's tokens, JSON web tokens.
  [/\bgh[pousr]_\w{20,}/g, '…'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, '…'],
  // What a request tells of who sent it.
  [
    /\b((?:set-)?cookie|authorization|session[-_]?id)(["']?\s*[=:]\s*)(?!bearer\b|basic\b)("[^"]*"|'[^']*'|[^\s,]+(?:;\s*\S+=\S+)*)/gi,
    '$1$2…',
  ],
  // `password=…`, `--api-key …`, `token: …`.
  [
    /((?:password|passwd|pwd|secret|token|api[-_]?key|access[-_]?key)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&,;]+)/gi,
    '$1…',
  ],
  [/(--?[\w-]*(?:password|passwd|secret|token|key)\s+)[^\s-]\S*/gi, '$1…'],
];

const withoutSecrets = (value: string): string =>
  secrets.reduce((text, [pattern, shown]) => text.replace(pattern, shown), value);
