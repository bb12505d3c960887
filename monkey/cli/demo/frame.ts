import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import { numberTold, toldBy } from '../../doctor/vitals/told.ts';
import type { LoadCounts } from './load.ts';

/** All that the live view shows, at one moment. */
export interface Scene {
  readonly elapsedMs: number;
  readonly act: string;
  readonly view: PoolView | undefined;
  readonly load: LoadCounts | undefined;
  readonly retried: number;
  /** Requests answered in each of the last seconds, oldest first. */
  readonly perSecond: readonly number[];
  /** Slack's channel: newest last; replies of a thread are indented. */
  readonly slack: readonly { readonly text: string; readonly reply: boolean }[];
  /** What happened, newest last. */
  readonly happened: readonly { readonly atMs: number; readonly text: string }[];
}

export interface Paint {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly state: (state: string, text: string) => string;
  readonly bad: (text: string) => string;
}

/** The live view as lines that fit into `columns` and `rows`. */
export const frame = (scene: Scene, columns: number, rows: number, paint: Paint): readonly string[] => {
  const width = Math.max(40, Math.min(columns, 120));
  const top = [
    ...header(scene, width, paint),
    ...nodeLines(scene, width, paint),
    '',
    ...clientLines(scene, width, paint),
  ];
  // Two headings, two empty lines, and a row to spare: a view as tall as the terminal would scroll.
  const left = Math.max(6, rows - top.length - 6);
  const slack = slackLines(scene, width, Math.ceil(left * 0.6));
  const happened = happenedLines(scene, width, Math.max(2, left - slack.length), paint);
  return [...top, '', paint.bold('Slack  #ops'), ...slack, '', paint.bold('What happens, and why'), ...happened];
};

const header = ({ elapsedMs, act }: Scene, width: number, paint: Paint): readonly string[] => [
  `${paint.bold('Doctor Monkey')}  ${cut(act, width - 24)}  ${paint.dim(clock(elapsedMs))}`,
  paint.dim('─'.repeat(width)),
];

const nodeLines = ({ view }: Scene, width: number, paint: Paint): readonly string[] => {
  if (view === undefined) return [paint.dim('the pool is being set up …')];
  return [...view.nodes.values()]
    .sort((one, other) => one.url.localeCompare(other.url))
    .map((node) => nodeLine(node, view, width, paint));
};

const nodeLine = (node: NodeRecord, view: PoolView, width: number, paint: Paint): string => {
  const share = cpuShareOf(view, node.id);
  const since = formatMs(Math.max(0, view.nowMs - node.sinceMs));
  const words = `${since}: ${node.because}`;
  const state = paint.state(node.state, node.state.padEnd(12));
  const id = node.id.slice(0, 12).padEnd(13);
  return `${id}${state}${bar(share)} ${percent(share)}  ${paint.dim(cut(words, width - 46))}`;
};

/** The CPU share of a node's last round as its agent told it; undefined where it told none. */
const cpuShareOf = (view: PoolView, node: string): number | undefined =>
  numberTold(toldBy(view.beats.get(node)), 'cpu', 'share');

const barCells = 12;
const bar = (share: number | undefined): string => {
  const full = Math.round(Math.min(1, share ?? 0) * barCells);
  return '█'.repeat(full) + '░'.repeat(barCells - full);
};
const percent = (share: number | undefined): string =>
  share === undefined ? '   –' : `${String(Math.round(share * 100)).padStart(3)}%`;

const clientLines = ({ load, retried, perSecond }: Scene, width: number, paint: Paint): readonly string[] => {
  if (load === undefined) return [paint.dim('the client has not started yet')];
  const failed = load.failed === 0 ? 'failed 0' : paint.bad(`failed ${String(load.failed)}`);
  const rate = perSecond.at(-1) ?? 0;
  return [
    `${paint.bold('Client')}  ${String(rate)}/s  answered ${load.ok.toLocaleString('en')}  ${failed}  retried by the proxy ${String(retried)}  p50 ${load.p50Ms.toFixed(1)} ms  p99 ${load.p99Ms.toFixed(1)} ms`,
    paint.dim(sparkline(perSecond.slice(-(width - 8)))),
  ];
};

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** Values as bars, the tallest of them full height. */
const sparkline = (values: readonly number[]): string => {
  const most = Math.max(1, ...values);
  return values
    .map((value) => levels[Math.min(levels.length - 1, Math.floor((value / most) * (levels.length - 1)))] ?? '▁')
    .join('');
};

/** An emoji takes two columns, so lines of Slack are cut a little shorter. */
const slackLines = ({ slack }: Scene, width: number, most: number): readonly string[] =>
  slack.slice(-most).map(({ text, reply }) => cut(`${reply ? '  └ ' : '● '}${oneLine(text)}`, width - 4));

const happenedLines = ({ happened }: Scene, width: number, most: number, paint: Paint): readonly string[] =>
  happened.slice(-most).map(({ atMs, text }) => `${paint.dim(clock(atMs))} ${cut(oneLine(text), width - 6)}`);

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
};
