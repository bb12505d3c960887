/*
 * The pulse: what guards need to know of other nodes' beats, a tenth of a beat. It stands beside the beat, is written in
 * the same breath, and is all that a reading of the whole pool takes of beats: 10,000 of them are read in one go.
 *
 * INVARIANTS
 * - It is made from the beat by the store that keeps both, so it tells nothing else than the beat.
 * - It is read as a beat in which the rest is left out: who judges by it comes to what the whole beat would have told.
 * - What is not as agents of this version tell it stays as wrong as it was.
 *
 * Written `[session, CPU share, busiest thread's share | null, finding's kind, sickness | null, mode | null]`, or where
 * anything of that is otherwise, `{session, vitals}`.
 */
import { isObject, type JsonObject, toJson } from './json.ts';
import type { Read } from './parse-parts.ts';
import type { Beat } from './view.ts';

/** What is kept of a beat, as JSON. */
export const pulseOf = ({ session, vitals }: Omit<Beat, 'node'>): string => {
  const kept = keptOf(vitals);
  return toJson(shortOf(session, kept) ?? { session, vitals: kept });
};

/** The beat that a pulse tells of. */
export const parsePulse = (node: string, json: string): Read<Beat> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return unreadable;
  }
  if (Array.isArray(value)) return isShort(value) ? { kind: 'read', value: beatOfShort(node, value, 0) } : unreadable;
  if (!isObject(value)) return unreadable;
  const { session, vitals } = value;
  return typeof session === 'string' && isObject(vitals)
    ? { kind: 'read', value: { node, session, vitals: keptOf(vitals) } }
    : unreadable;
};

const unreadable: Read<never> = { kind: 'unreadable', because: 'not a pulse' };

const keptOf = ({ vitals, finding, mode }: JsonObject): JsonObject => ({
  ...(vitals === undefined ? {} : { vitals: isObject(vitals) ? { cpu: cpuOf(vitals['cpu']) } : null }),
  ...(isObject(finding) ? { finding: only(finding, 'kind', 'finding') } : {}),
  ...(typeof mode === 'string' ? { mode } : {}),
});

const cpuOf = (cpu: unknown): JsonObject | null =>
  isObject(cpu) ? only(cpu, 'kind', 'because', 'share', 'busiestThreadShare') : null;

/** Plain values alone: of what should be a number or a text, a list says no more than nothing. */
const only = (object: JsonObject, ...keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, plain(object[key])]));
const plain = (value: unknown): unknown => (typeof value === 'object' ? null : value);

type Short = readonly [
  session: string,
  share: number,
  thread: number | null,
  kind: string,
  finding: string | null,
  mode: string | null,
];

const shortOf = (session: string, { vitals, finding, mode = null }: JsonObject): Short | undefined => {
  const cpu = isObject(vitals) ? vitals['cpu'] : undefined;
  if (!isObject(cpu) || !isObject(finding)) return undefined;
  const { share, busiestThreadShare = null } = cpu;
  // One that is there and is none is not the same as none: nobody knows it then.
  if (cpu['busiestThreadShare'] === null) return undefined;
  const { kind, finding: sickness = null } = finding;
  const short: readonly unknown[] = [session, share, busiestThreadShare, kind, sickness, mode];
  return cpu['kind'] === 'measured' && isShort(short) && areNumbers(short) ? short : undefined;
};

const isShort = (short: readonly unknown[]): short is Short => {
  const [session, share, thread, kind, finding, mode] = short;
  return (
    typeof session === 'string' &&
    typeof share === 'number' &&
    (thread === null || typeof thread === 'number') &&
    typeof kind === 'string' &&
    (finding === null || typeof finding === 'string') &&
    (mode === null || typeof mode === 'string')
  );
};

/** JSON makes null of any other number, and null means that there is none. */
const areNumbers = ([, share, thread]: Short): boolean =>
  Number.isFinite(share) && (thread === null || Number.isFinite(thread));

/**
 * The beat that a pulse of the short kind tells of, which begins at a place of `values`. It is made of ten thousand, by
 * code that is not compiled yet: taking the parts by their places is what costs least.
 */
export const beatOfShort = (node: string, values: readonly unknown[], at: number): Beat => {
  const share = values[at + 1];
  const thread = values[at + 2];
  const kind = values[at + 3];
  const finding = values[at + 4];
  const mode = values[at + 5];
  const cpu = thread === null ? { kind: measured, share } : { kind: measured, share, busiestThreadShare: thread };
  const found = finding === null ? { kind } : { kind, finding };
  const vitals = mode === null ? { vitals: { cpu }, finding: found } : { vitals: { cpu }, finding: found, mode };
  return { node, session: values[at] as string, vitals };
};

const measured = 'measured';

const plainText = '"[ !#-\\[\\]-~]*"';
const number = '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?';
/** Source of a pattern for what stands in a pulse of the short kind, without its brackets: of plain ASCII, with nothing escaped. */
export const shortPulse = [
  ...[plainText, number, `(?:null|${number})`],
  ...[plainText, `(?:null|${plainText})`, `(?:null|${plainText})`],
].join();
