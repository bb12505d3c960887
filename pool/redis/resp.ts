/*
 * Reads what Redis answers (RESP2) out of one text with a character for each byte, as it came off the wire. A whole pool
 * is tens of thousands of texts: cut out of one, each costs a tenth of what handing it through the client library does.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * INVARIANTS
 * - Texts are cut by their lengths, never by what stands in them.
 * - What is not whole, or no RESP2, is undefined; nothing makes it throw.
 */

/** What one command was answered. */
export type Reply = string | number | null | ReplyError | readonly Reply[];

export interface ReplyError {
  readonly kind: 'reply-error';
  readonly because: string;
}

/** All replies that the text holds; undefined: it holds not exactly so many whole ones. */
export const repliesIn = (wire: string, isAscii: boolean, count: number): readonly Reply[] | undefined => {
  const reader: Reader = { wire, at: 0, textOf: isAscii ? asItIs : fromUtf8 };
  const replies = manyOf(reader, count);
  return reader.at === wire.length ? replies : undefined;
};

interface Reader {
  readonly wire: string;
  /** Where the next reply begins; beyond the end, or no number, once something was not whole. */
  at: number;
  readonly textOf: (bytes: string) => string;
}

const broken = Number.NaN;

const manyOf = (reader: Reader, count: number): Reply[] => {
  const replies: Reply[] = [];
  for (let index = 0; index < count && reader.at < reader.wire.length; index += 1)
    replies.push(reader.wire.charCodeAt(reader.at) === codes.bulk ? bulkOf(reader) : replyOf(reader));
  if (replies.length < count) reader.at = broken;
  return replies;
};

/** Of any other kind than a text, which most of them are. */
const replyOf = (reader: Reader): Reply => {
  const type = reader.wire.charCodeAt(reader.at);
  reader.at += 1;
  switch (type) {
    case codes.array: {
      const count = numberOf(reader);
      return count === -1 ? null : manyOf(reader, count);
    }
    case codes.number:
      return numberOf(reader);
    case codes.simple:
      return lineOf(reader);
    case codes.error:
      return { kind: 'reply-error', because: lineOf(reader) };
    default:
      reader.at = broken;
      return null;
  }
};

const codes = { bulk: 36, array: 42, number: 58, simple: 43, error: 45 };
const minus = 45;
const zero = 48;
const carriageReturn = 13;

const bulkOf = (reader: Reader): string | null => {
  reader.at += 1;
  const length = numberOf(reader);
  if (length === -1) return null;
  const begin = reader.at;
  reader.at += length + 2;
  return reader.textOf(reader.wire.substring(begin, begin + length));
};

/** A whole number and the end of its line. */
const numberOf = (reader: Reader): number => {
  const { wire } = reader;
  let at = reader.at;
  let code = wire.charCodeAt(at);
  const sign = code === minus ? -1 : 1;
  if (sign < 0) code = wire.charCodeAt(++at);
  const begin = at;
  let value = 0;
  while (code >= zero && code <= zero + 9) {
    value = value * 10 + code - zero;
    at += 1;
    code = wire.charCodeAt(at);
  }
  reader.at = code === carriageReturn && at > begin ? at + 2 : broken;
  return sign * value;
};

const lineOf = (reader: Reader): string => {
  const end = reader.wire.indexOf('\r\n', reader.at);
  const line = reader.wire.substring(reader.at, end);
  reader.at = end < 0 ? broken : end + 2;
  return reader.textOf(line);
};

const asItIs = (bytes: string): string => bytes;
const beyondAscii = /[\x80-\xff]/;
const fromUtf8 = (bytes: string): string =>
  beyondAscii.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
