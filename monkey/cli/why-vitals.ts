/**
 * Vitals in one line. What a value means is read off its name, whose last word is its unit (`usedShare`, `totalBytes`,
 * `overMs`), so that vitals which this version does not know are told as well. Pure.
 */
import { isObject } from '../../pool/json.ts';
import { formatMs, formatShare } from '../../pool/units.ts';

/** `cpu 31.2%, busiest thread 23.5% · memory used 41.2%, total 7.6 GiB · load 0.1 0.2 0.3 · uptime 34h`. */
export const vitalsLine = (vitals: Readonly<Record<string, unknown>>): string => {
  const sections = Object.entries(vitals).flatMap(([name, value]) => sectionText(name, value));
  return sections.length === 0 ? 'none' : sections.join(' · ');
};

const sectionText = (name: string, value: unknown): readonly string[] => {
  // A list of sections, such as the disks: each is called by its path.
  if (Array.isArray(value) && value.length > 0 && value.every(isObject))
    return value.flatMap(({ path, ...rest }) => sectionText(typeof path === 'string' ? path : name, rest));
  if (!isObject(value)) return scalar(name, value);
  const { kind, because, ...rest } = value;
  if (kind === 'unknown')
    return [`${words(name)} unknown: ${typeof because === 'string' ? because : 'nobody says why'}`];
  // `share` alone is the section's own value, and is said right after its name.
  const parts = Object.entries(rest)
    .sort(([a], [b]) => Number(b === 'share') - Number(a === 'share'))
    .flatMap(([key, inner]) => (isObject(inner) ? [] : scalar(key, inner)));
  return parts.length === 0 ? [] : [`${words(name)} ${parts.join(', ')}`];
};

const unit = /^(.*?)(share|bytes|ms|seconds)$/i;

/** A value in words; nothing where it is none that a person can read. */
const scalar = (key: string, value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.every(isNumber) ? [`${words(key)} ${value.map(short).join(' ')}`] : [];
  if (typeof value === 'string') return [`${words(key)} ${value}`];
  if (!isNumber(value)) return [];
  const [, name = '', kind] = unit.exec(key) ?? [];
  const shown = measured(value, kind?.toLowerCase());
  const label = kind === undefined ? words(key) : words(name);
  return [label === '' ? shown : `${label} ${shown}`];
};

const measured = (value: number, kind: string | undefined): string => {
  switch (kind) {
    case 'share':
      return formatShare(value);
    case 'bytes':
      return `${short(value / 2 ** 30)} GiB`;
    case 'ms':
      return formatMs(value);
    case 'seconds':
      return formatMs(value * 1_000);
    default:
      return short(value);
  }
};

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const short = (value: number): string => String(Number(value.toFixed(2)));

/** `busiestThread` → `busiest thread`. */
const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
