/** What was measured against what is wanted. Pure. */
import type { Finding, Measure } from './bench.ts';
import { works } from './works.ts';

/** Medians of one contender at one work. */
export interface Row extends Measure {
  readonly work: string;
  readonly contender: string;
}

interface Target {
  readonly work: string;
  readonly contender: string;
  readonly value: 'cpuUs' | 'perSecond' | 'p99Ms';
  readonly of: string;
  /** Bounds of the ratio of both. */
  readonly most?: number;
  readonly least?: number;
}

export const ours = 'ours';
export const oursSlow = 'ours-slow';

/** Two runs of the same program differ by this much: an equal one must not miss by chance. */
const noise = 0.03;

const targets: readonly Target[] = [
  { work: 'get-1k', contender: ours, value: 'cpuUs', of: 'haproxy', most: 1.55 },
  { work: 'get-1k', contender: ours, value: 'cpuUs', of: 'http-proxy-agent', most: 1 / 4.5 },
  { work: 'get-1k', contender: ours, value: 'perSecond', of: 'haproxy', least: 0.65 },
  { work: 'post-64k', contender: ours, value: 'cpuUs', of: 'haproxy', most: 1.4 },
  { work: 'post-64k', contender: ours, value: 'perSecond', of: 'http-proxy-agent', least: 2.2 },
  { work: 'get-1m', contender: ours, value: 'cpuUs', of: 'haproxy', most: 1 },
  { work: 'get-1m', contender: ours, value: 'perSecond', of: 'haproxy', least: 0.95 },
  ...works.map(({ name }): Target => ({ work: name, contender: ours, value: 'p99Ms', of: 'haproxy', most: 2 })),
  ...works.map(
    ({ name }): Target => ({
      ...{ work: name, contender: oursSlow, value: 'cpuUs', of: 'http-proxy-agent' },
      most: 1 + noise,
    }),
  ),
];

const words: Readonly<Record<Target['value'], string>> = {
  cpuUs: 'CPU for a request',
  perSecond: 'requests per second',
  p99Ms: 'p99',
};

/** Each target whose both sides were measured; ours may also have had no error. */
export const judge = (rows: readonly Row[]): Finding => {
  const judged = targets.flatMap((target) => judgement(target, rows) ?? []);
  const failed = rows.filter(({ contender, errors }) => (contender === ours || contender === oursSlow) && errors > 0);
  const broken = failed.map(({ work, contender, errors }) => `${titleOf(work)}, ${contender}: ${errors} errors`);
  return {
    lines: [...judged.map(({ line, isMet }) => `${isMet ? 'reached' : 'missed '} ${line}`), ...broken],
    missed: [...judged.filter(({ isMet }) => !isMet).map(({ line }) => line), ...broken],
  };
};

const judgement = (target: Target, rows: readonly Row[]) => {
  const find = (name: string): Row | undefined =>
    rows.find(({ work, contender }) => work === target.work && contender === name);
  const [one, other] = [find(target.contender), find(target.of)];
  if (one === undefined || other === undefined) return undefined;
  const { most = Number.POSITIVE_INFINITY, least = 0 } = target;
  const ratio = one[target.value] / other[target.value];
  const wanted = target.most === undefined ? `at least ${least.toFixed(2)}` : `at most ${most.toFixed(2)}`;
  return {
    isMet: ratio <= most && ratio >= least,
    line: `${titleOf(target.work)}, ${target.contender}: ${words[target.value]} ${ratio.toFixed(2)} x ${target.of}, ${wanted} wanted`,
  };
};

const titleOf = (work: string): string => works.find(({ name }) => name === work)?.title ?? work;
