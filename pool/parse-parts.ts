/**
 * Reads what stands in Redis beside the node records: lever, lease, policy, beats and routers. Each reader returns the
 * value, or in words why there is none; nothing makes them throw.
 */
import { isObject, type JsonObject, readObject } from './json.ts';
import { type Policy, type PolicySource, policySchema } from './policy.ts';
import { amount, count, faultIn, isCount, type Kind, name, text } from './shape.ts';
import type { Beat, Lease, Lever, RouterReport, StoredPolicy } from './view.ts';

export type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly because: string };

const read = <T>(value: T): Read<T> => ({ kind: 'read', value });
const unreadable = (because: string): Read<never> => ({ kind: 'unreadable', because });

const objectKind: Kind = { called: 'an object', is: isObject };

/** Reads an object whose keys are as described; extra keys stay. */
const shaped =
  <T>(required: Readonly<Record<keyof T & string, Kind>>, optional: Readonly<Record<string, Kind>> = {}) =>
  (json: string): Read<T> => {
    const object = readObject(json);
    if (object === undefined) return unreadable('not a JSON object');
    const fits = (value: JsonObject): value is JsonObject & T => faultIn(value, required, optional) === undefined;
    return fits(object) ? read<T>(object) : unreadable(faultIn(object, required, optional) ?? 'not as expected');
  };

export const parseLever = shaped<Omit<Lever, 'untilMs'>>(
  { because: text, by: text, sinceMs: amount },
  { untilMs: amount },
) satisfies (json: string) => Read<Lever>;

const mode: Kind = { called: 'observe or act', is: (value) => value === 'observe' || value === 'act' };

export const parseLease = shaped<Omit<Lease, 'mode' | 'trouble'>>(
  { holder: text, token: name, untilMs: amount },
  { mode, trouble: text },
) satisfies (json: string) => Read<Lease>;

const inFlight: Kind = {
  called: 'counts by drain',
  is: (value) => isObject(value) && Object.values(value).every(isCount),
};

const rates: Kind = {
  called: 'rates by node',
  is: (value) => isObject(value) && Object.values(value).every(amount.is),
};

const ids: Kind = {
  called: 'a list of node ids',
  is: (value) => Array.isArray(value) && value.every(name.is),
};

const yesOrNo: Kind = { called: 'true or false', is: (value) => typeof value === 'boolean' };

export const parseRouter = shaped<Omit<RouterReport, 'requests' | 'ejected' | 'panic'>>(
  { id: name, atMs: amount, version: count, draining: inFlight },
  { requests: rates, ejected: ids, panic: yesOrNo },
) satisfies (json: string) => Read<RouterReport>;

export const parseBeat = shaped<Beat>({ node: name, session: text, vitals: objectKind });

export type PolicyRead = Read<{ readonly source: PolicySource; readonly policy: Policy }>;

/** The policy hash: `version`, `by`, `atMs` and `source`, the source form as JSON. */
export const parsePolicy = (
  fields: Readonly<Record<string, string>>,
  parseSource: (json: string) => PolicyRead = parsePolicySource,
): Read<StoredPolicy> => {
  const version = parseCounter(fields['version']);
  const atMs = parseCounter(fields['atMs']);
  if (version.kind === 'unreadable') return unreadable(`version: ${version.because}`);
  if (atMs.kind === 'unreadable') return unreadable(`atMs: ${atMs.because}`);
  const source = parseSource(fields['source'] ?? '');
  if (source.kind === 'unreadable') return source;
  return read({ version: version.value, atMs: atMs.value, by: fields['by'] ?? '', ...source.value });
};

export const parsePolicySource = (json: string): PolicyRead => {
  const source = readObject(json);
  if (source === undefined) return unreadable('source: not a JSON object');
  const parsed = policySchema.safeParse(source);
  if (parsed.success) return read({ source, policy: parsed.data });
  const [issue] = parsed.error.issues;
  return unreadable(`source: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'refused'}`);
};

/** A counter as the scripts read it: up to 15 digits; absent is 0. */
export const parseCounter = (digits: string | undefined): Read<number> =>
  digits === undefined ? read(0) : /^\d{1,15}$/.test(digits) ? read(Number(digits)) : unreadable('not a counter');
