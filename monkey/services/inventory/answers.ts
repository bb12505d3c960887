/** What an inventory answers, in words that it may get wrong: `GET /servers`, and `GET /<address>`. Pure. */
import { isObject } from '../../../pool/json.ts';
import type { Reading } from '../reading.ts';

/** `passing`: the same question may be answered better in a moment. */
export type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'failed'; readonly because: string; readonly passing: boolean };

/** One entry of the list. What is no address is a server of which nothing can be read. */
export type Listed =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'nonsense'; readonly reading: Reading };

const serversMost = 50_000;

/** Each once, as they first stand. */
export const readList = (body: string): Read<readonly Listed[]> => {
  const json = jsonIn(body);
  if (json.kind === 'failed') return json;
  if (!Array.isArray(json.value)) return failed('answered no JSON array');
  if (json.value.length > serversMost) return failed(`lists more than ${serversMost} servers`);
  const entries: readonly unknown[] = json.value;
  return {
    kind: 'read',
    value: [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()].map(listed),
  };
};

const listed = (entry: unknown): Listed => {
  const because = whyNoAddress(entry);
  if (because === undefined) return { kind: 'address', address: String(entry) };
  const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
  return { kind: 'nonsense', reading: { kind: 'unknown', address: text.slice(0, 100), because } };
};

/** An address becomes one segment of a path: `..` would lead out of it, and half a surrogate pair has no bytes. */
const whyNoAddress = (entry: unknown): string | undefined => {
  if (typeof entry !== 'string') return 'listed, and no text that could be an address';
  if (entry.trim() === '') return 'listed, and empty';
  if (entry.length > 255) return 'listed, and too long for an address';
  return entry === '.' || entry === '..' || /\p{Surrogate}/u.test(entry) ? 'listed, and no address' : undefined;
};

/** `{"cpu": "74%", "memory": "32%", "service": "UserService"}`; percentages may be plain numbers. */
export const readServer = (address: string, body: string): Read<Reading> => {
  const json = jsonIn(body);
  if (json.kind === 'failed') return json;
  if (!isObject(json.value)) return failed('answered no JSON object');
  const { cpu, memory, service } = json.value;
  const read = {
    address,
    service: typeof service === 'string' && service.trim() !== '' ? service : undefined,
    cpuShare: shareIn(cpu),
    memoryShare: shareIn(memory),
  };
  const { service: name, cpuShare, memoryShare } = read;
  if (name !== undefined && cpuShare !== undefined && memoryShare !== undefined)
    return { kind: 'read', value: { kind: 'measured', address, service: name, cpuShare, memoryShare } };
  const because = [
    ...(name === undefined ? [`service ${shown(service)} is no name`] : []),
    ...(cpuShare === undefined ? [`cpu ${shown(cpu)} is no percentage`] : []),
    ...(memoryShare === undefined ? [`memory ${shown(memory)} is no percentage`] : []),
  ].join(', ');
  return { kind: 'read', value: { kind: 'unknown', ...read, because } };
};

/** `"74%"`, `"74"` and `74` are 0.74. What counts cores may say more than 100%. */
const shareIn = (value: unknown): number | undefined => {
  const [, digits] = typeof value === 'string' ? (/^\s*(\d{1,6}(?:\.\d{1,20})?)\s*%?\s*$/.exec(value) ?? []) : [];
  const percent = typeof value === 'number' ? value : Number(digits ?? Number.NaN);
  return percent >= 0 && percent < 1_000_000 ? percent / 100 : undefined;
};

const shown = (value: unknown): string => (value === undefined ? '(missing)' : JSON.stringify(value).slice(0, 60));

/** An answer without a length that was cut short looks just like this: it may come whole the next time. */
const jsonIn = (body: string): Read<unknown> => {
  try {
    return { kind: 'read', value: JSON.parse(body) as unknown };
  } catch {
    return { kind: 'failed', because: 'answered what is no JSON', passing: true };
  }
};

const failed = (because: string): Read<never> => ({ kind: 'failed', because, passing: false });
