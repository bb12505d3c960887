/*
 * Reads what Redis answers (RESP2) out of the bytes as they came off the wire. A whole pool is tens of thousands of texts:
 * a list of texts stays in one piece, see ../uncut.ts.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * INVARIANTS
 * - Where texts end is known by their lengths, never by what stands in them.
 * - What is not whole, or no RESP2, is undefined; nothing makes it throw.
 */
import type { Uncut } from '../uncut.ts';

/** What one command was answered. A list of nothing but texts is `Uncut`. */
export type Reply = string | number | null | ReplyError | Uncut | readonly Reply[];

export interface ReplyError {
  readonly kind: 'reply-error';
  readonly because: string;
}

/** All replies that stand in the bytes; undefined: they are not exactly so many whole ones. */
export const repliesIn = (bytes: Buffer, count: number): readonly Reply[] | undefined => {
  const reader: Reader = { bytes, at: 0 };
  const replies = manyOf(reader, count);
  return reader.at === bytes.length ? replies : undefined;
};

interface Reader {
  readonly bytes: Buffer;
  /** Where the next reply begins; beyond the end, or no number, once something was not whole. */
  at: number;
}

const broken = Number.NaN;

const manyOf = (reader: Reader, count: number): readonly Reply[] => {
  const replies: Reply[] = [];
  while (replies.length < count && reader.at < reader.bytes.length) replies.push(replyOf(reader));
  if (replies.length < count) reader.at = broken;
  return replies;
};

const replyOf = (reader: Reader): Reply => {
  const type = reader.bytes[reader.at];
  reader.at += 1;
  switch (type) {
    case codes.bulk:
      return bulkOf(reader);
    case codes.array:
      return listOf(reader);
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
const zero = 48;
const carriageReturn = 13;

const bulkOf = (reader: Reader): string | null => {
  const length = numberOf(reader);
  if (length === -1) return null;
  const begin = reader.at;
  reader.at += length + 2;
  return reader.bytes.toString('utf8', begin, begin + length);
};

const listOf = (reader: Reader): Reply => {
  const count = numberOf(reader);
  if (count === -1) return null;
  const begin = reader.at;
  const end = endOfTexts(reader, count);
  if (end === undefined) return manyOf(reader, count);
  reader.at = end;
  return { kind: 'uncut', count, wire: reader.bytes.toString('latin1', begin, end) };
};

/** Undefined: they are not all texts. */
const endOfTexts = ({ bytes, at: begin }: Reader, count: number): number | undefined => {
  let at = begin;
  for (let seen = 0; seen < count; seen += 1) {
    if (bytes[at] !== codes.bulk) return undefined;
    let length = 0;
    at += 1;
    let code = bytes[at] ?? 0;
    while (code >= zero && code <= zero + 9) {
      length = length * 10 + code - zero;
      at += 1;
      code = bytes[at] ?? 0;
    }
    if (code !== carriageReturn) return undefined;
    at += length + 4;
  }
  return at <= bytes.length ? at : undefined;
};

/** A whole number and the end of its line. */
const numberOf = (reader: Reader): number => {
  const line = lineOf(reader);
  if (wholeNumber.test(line)) return Number(line);
  reader.at = broken;
  return broken;
};
const wholeNumber = /^-?\d{1,15}$/;

const lineOf = (reader: Reader): string => {
  const end = reader.bytes.indexOf('\r\n', reader.at);
  const line = end < 0 ? '' : reader.bytes.toString('utf8', reader.at, end);
  reader.at = end < 0 ? broken : end + 2;
  return line;
};
