/** All contenders at all works: rounds in which each has its turn, so that what disturbs the machine disturbs all. */
import { CannotMeasure } from '../cannot-measure.ts';
import { percentile } from '../number.ts';
import type { Finding, Measure, ProxyBench } from './bench.ts';
import { type Contender, direct, proxies, startProxy } from './contenders.ts';
import { rssMiBOfAll } from './pinned.ts';
import { handedOver } from './slow-path.ts';
import type { Stage } from './stage.ts';
import { judge, ours, oursSlow, type Row } from './targets.ts';
import { type Work, works } from './works.ts';
import { runWrk } from './wrk.ts';

export const table = async (bench: ProxyBench, stage: Stage): Promise<Finding> => {
  const chosen = chosenOf(bench, stage);
  const contenders = await startAll(chosen.contenders, stage);
  const taken = new Map<string, Measure[]>();
  for (const work of chosen.works) for (const contender of contenders) await warmUp(contender, work, stage);
  for (let round = 1; round <= bench.rounds; round += 1)
    for (const work of chosen.works)
      for (const contender of contenders) {
        process.stderr.write(`  round ${round} of ${bench.rounds}: ${work.title}, ${contender.name}\n`);
        const measure = await oneRun(contender, work, bench.seconds, stage);
        taken.set(keyOf(work, contender), [...(taken.get(keyOf(work, contender)) ?? []), measure]);
      }
  const rows = chosen.works.flatMap((work) =>
    contenders.map((contender) => medians(work, contender, taken.get(keyOf(work, contender)) ?? [])),
  );
  const rss = new Map<string, number>();
  for (const { name, process } of contenders) if (process !== undefined) rss.set(name, await rssMiBOfAll(process.pid));
  const judged = judge(rows);
  return { lines: [...tableLines(rows, rss), '', ...judged.lines], missed: judged.missed };
};

const chosenOf = ({ only, works: names }: ProxyBench, { tools }: Stage) => {
  const all = [direct, ...Object.keys(proxies), oursSlow];
  const [wrong] = (only ?? []).filter((name) => !all.includes(name));
  if (wrong !== undefined) throw new CannotMeasure(`no contender ${wrong}; there are ${all.join(', ')}`);
  const isThere = (name: string): boolean => {
    const needs = proxies[name]?.needs;
    return needs === undefined || tools.has(needs);
  };
  return {
    contenders: all.filter((name) => (only === undefined || only.includes(name)) && isThere(name)),
    works: worksNamed(names),
  };
};

const worksNamed = (names: readonly string[] | undefined): readonly Work[] => {
  const [wrong] = (names ?? []).filter((name) => !works.some((work) => work.name === name));
  if (wrong !== undefined)
    throw new CannotMeasure(`no work ${wrong}; there are ${works.map(({ name }) => name).join(', ')}`);
  return works.filter(({ name }) => names?.includes(name) ?? true);
};

const startAll = async (names: readonly string[], stage: Stage): Promise<readonly Contender[]> => {
  const started: Contender[] = [];
  for (const name of names) {
    if (name === direct) started.push({ name, url: stage.field.nodeUrl, process: undefined });
    else {
      const contender = await startProxy(name === oursSlow ? ours : name, stage.field, name);
      stage.undo.push(contender.process.stop);
      started.push({ ...contender, name });
    }
  }
  return started;
};

/** Also where a contender is slow, an end of it. */
const mostWarmUps = 20;

const warmUp = async (contender: Contender, work: Work, stage: Stage): Promise<void> => {
  process.stderr.write(`  warming up: ${work.title}, ${contender.name}\n`);
  let requests = 0;
  for (let turn = 0; turn < mostWarmUps && requests < work.warmUp; turn += 1)
    requests += (await oneRun(contender, work, 1, stage)).requests;
};

const oneRun = (
  { name, url, process }: Contender,
  work: Work,
  seconds: number,
  stage: Stage,
): ReturnType<typeof runWrk> =>
  runWrk({ work, url, pid: process?.pid, seconds, ...(name === oursSlow ? { lua: handedOver } : {}) }, stage.wrk);

const keyOf = (work: Work, contender: Contender): string => `${work.name} ${contender.name}`;

const medians = (work: Work, contender: Contender, measures: readonly Measure[]): Row => {
  const median = (value: (measure: Measure) => number): number => percentile(measures.map(value), 0.5);
  return {
    work: work.name,
    contender: contender.name,
    cpuUs: median(({ cpuUs }) => cpuUs),
    perSecond: median(({ perSecond }) => perSecond),
    p50Ms: median(({ p50Ms }) => p50Ms),
    p99Ms: median(({ p99Ms }) => p99Ms),
    errors: measures.reduce((sum, { errors }) => sum + errors, 0),
  };
};

const head = [
  'work',
  'through',
  'CPU us/req',
  'x HAProxy',
  'req/s',
  'x HAProxy',
  'p50 ms',
  'p99 ms',
  'RSS MiB',
  'errors',
];

const tableLines = (rows: readonly Row[], rss: ReadonlyMap<string, number>): readonly string[] => {
  const cells = rows.map((row) => {
    const haproxy = rows.find(({ work, contender }) => work === row.work && contender === 'haproxy');
    const ratio = (value: 'cpuUs' | 'perSecond'): string =>
      haproxy === undefined || row[value] === 0 ? '' : (row[value] / haproxy[value]).toFixed(2);
    return [
      ...[row.work, row.contender, row.cpuUs === 0 ? '' : row.cpuUs.toFixed(1), ratio('cpuUs')],
      ...[row.perSecond.toFixed(0), ratio('perSecond'), row.p50Ms.toFixed(2), row.p99Ms.toFixed(2)],
      ...[rss.get(row.contender)?.toFixed(0) ?? '', String(row.errors)],
    ];
  });
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((cell) => cell[column]?.length ?? 0)));
  const line = (cell: readonly string[]): string =>
    cell
      .map((text, column) => (column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ');
  return [line(head), ...cells.map(line)];
};
