/** The whole decision on a node as a page for people. Pure. */
import { formatMs, formatShare } from '../../pool/units.ts';
import type { GuardLine } from '../doctor/why/guards-now.ts';
import type { IncidentLine } from '../doctor/why/incidents-of.ts';
import type { NextStep } from '../doctor/why/next.ts';
import type { DrainingRouter } from '../doctor/why/waiting.ts';
import type { Why } from '../doctor/why/why.ts';
import { type Colour, type Column, harmless, paint, type Screen, table } from './print.ts';
import { vitalsLine } from './why-vitals.ts';

export const whyText = (why: Why, screen: Screen): string =>
  [
    `${paint(harmless(why.node), 'bold', screen)}  ${harmless(`${why.service}  ${why.url}`)}`,
    `${sign(why)} ${paint(harmless(why.conclusion.because), colourOf(why), screen)}`,
    '',
    ...facts(why).map(([name, text]) => `${paint(name.padEnd(widest), 'dim', screen)}  ${harmless(text)}`),
    '',
    ...table(why.guards, guardColumns, screen),
    ...section('next', nextLines(why, screen), screen),
    ...section('incidents', incidentLines(why, screen), screen),
    ...(why.warnings.length === 0 ? [] : ['', ...why.warnings.map((text) => warning(text, screen))]),
    '',
  ].join('\n');

const warning = (text: string, screen: Screen): string => paint(`! ${harmless(text)}`, 'yellow', screen);

const section = (title: string, lines: readonly string[], screen: Screen): readonly string[] =>
  lines.length === 0 ? [] : ['', paint(title, 'dim', screen), ...lines.map((line) => `  ${line}`)];

/** Left alone is well only where its agent can say so. */
const sign = ({ conclusion: { kind }, beat, finding }: Why): string =>
  kind === 'left-alone' && !(beat.silent && finding.kind !== 'well') ? '✓' : kind === 'under-way' ? '…' : '✗';

const colourOf = ({ conclusion: { kind }, finding, beat }: Why): Colour =>
  kind === 'left-alone' && finding.kind === 'well' && !beat.silent
    ? 'green'
    : kind === 'waits-for-a-human' || kind === 'out' || kind === 'nobody-acts'
      ? 'red'
      : 'yellow';

const widest = 'finding'.length;

type Fact = readonly [name: string, text: string];

const facts = (why: Why): readonly Fact[] => [
  ['state', `${why.state} ${sinceText(why.sinceMs, why.nowMs)}: ${why.because}`],
  ...(why.heldBy === null ? [] : [['held', `by ${why.heldBy}: no machine overrides that`] as const]),
  ...(why.owner === null ? [] : [['owner', `${why.owner} carries the step that runs`] as const]),
  ['beat', beatText(why)],
  ['vitals', why.vitals === null ? 'its agent has told none' : vitalsLine(why.vitals)],
  ['finding', `${why.finding.kind}: ${why.finding.because}`],
  ['remedy', `for ${why.remedy.finding}: ${why.remedy.because}`],
  ...(why.orderedBy === null
    ? []
    : [['ordered', `by ${why.orderedBy}: it is carried out even where the node is calm`] as const]),
  ['treated', treatedText(why)],
  ['routed', routedText(why)],
  ...waitingFacts(why),
];

const beatText = ({ beat: { lastMs, silent, mode }, nowMs }: Why): string => {
  const acts = { act: 'its agent acts', observe: 'its agent only observes (agent.mode)', untold: 'mode not told' };
  const age = lastMs === null ? 'never' : `${ago(lastMs, nowMs)}${silent ? ', which is silence' : ''}`;
  return `${age}; ${acts[mode ?? 'untold']}`;
};

const treatedText = ({ lastTreatedMs, relapses, busy, nowMs }: Why): string => {
  if (lastTreatedMs === null) return 'never';
  const again = relapses === 0 ? '' : `; ${relapses} ${relapses === 1 ? 'relapse' : 'relapses'} in a row`;
  const load = busy === 0 ? '' : `; ${busy} times in a row it was load`;
  return `last ${ago(lastTreatedMs, nowMs)} (${clock(lastTreatedMs)})${again}${load}`;
};

const routedText = ({ live, weight }: Why): string =>
  live ? `it is on the live list${weight === 1 ? '' : ` with ${formatShare(weight)} of a full share`}` : 'no';

const waitingFacts = ({ waiting, nowMs }: Why): readonly Fact[] => {
  if (waiting === null) return [];
  const until = waiting.untilMs === null ? '' : `; at the latest ${whenText(waiting.untilMs, nowMs)}`;
  const first: Fact = ['waits', `for ${waiting.for.replaceAll('-', ' ')}: ${waiting.because}${until}`];
  return [first, ...waiting.routers.map((router): Fact => ['', routerText(router, nowMs)])];
};

const routerText = ({ id, applied, silent, inFlight, atMs }: DrainingRouter, nowMs: number): string => {
  const state = silent ? `silent, last heard ${ago(atMs, nowMs)}` : applied ? 'has let go' : 'has not applied it yet';
  return `${applied && !silent && inFlight === 0 ? '✓' : '✗'} ${id}: ${state}, ${inFlight} in flight`;
};

const signs: Readonly<Record<GuardLine['answer'], string>> = { allow: '✓', veto: '✗', 'not-asked': '?' };
const guardColours: Readonly<Record<GuardLine['answer'], Colour>> = {
  allow: 'green',
  veto: 'red',
  'not-asked': 'dim',
};

const guardColumns: readonly Column<GuardLine>[] = [
  { title: ' ', text: ({ answer }) => signs[answer], colour: ({ answer }) => guardColours[answer] },
  { title: 'GUARD', text: ({ guard }) => guard },
  { title: 'ITS VALUE AGAINST ITS LIMIT', text: ({ because }) => because, gives: true },
];

const nextLines = ({ next, nowMs }: Why, screen: Screen): readonly string[] => {
  const columns: readonly Column<NextStep>[] = [
    { title: 'WHEN', text: ({ atMs }) => (atMs === null ? '' : whenText(atMs, nowMs)) },
    { title: 'WHAT', text: ({ what }) => what, gives: true },
  ];
  return next.length === 0 ? [] : table(next, columns, narrower(screen)).slice(1);
};

const outcomeColours: Readonly<Record<string, Colour>> = { healed: 'green', quarantined: 'red', lost: 'red' };

const incidentLines = ({ incidents, nowMs }: Why, screen: Screen): readonly string[] => {
  const columns: readonly Column<IncidentLine>[] = [
    { title: 'ID', text: ({ id }) => id },
    { title: 'OPENED', text: ({ openedMs }) => `${ago(openedMs, nowMs)} (${clock(openedMs)})` },
    {
      title: 'OUTCOME',
      text: ({ outcome, lastStep }) => outcome ?? `under way${lastStep === null ? '' : `: ${lastStep}`}`,
      colour: ({ outcome }) => (outcome === null ? 'yellow' : outcomeColours[outcome]),
    },
    { title: 'FOUND', text: ({ because }) => because, gives: true },
  ];
  return incidents.length === 0 ? [] : table(incidents, columns, narrower(screen)).slice(1);
};

/** Lines that are indented have less room. */
const narrower = (screen: Screen): Screen =>
  screen.columns === undefined ? screen : { ...screen, columns: Math.max(20, screen.columns - 2) };

/** Times stand as both, how far away and when: `in 11m 48s (04:27:10Z)`. */
const whenText = (atMs: number, nowMs: number): string =>
  atMs > nowMs ? `in ${formatMs(atMs - nowMs)} (${clock(atMs)})` : `${ago(atMs, nowMs)} (${clock(atMs)}), overdue`;

const sinceText = (atMs: number, nowMs: number): string => `for ${age(atMs, nowMs)} (since ${clock(atMs)})`;

const ago = (atMs: number, nowMs: number): string => `${age(atMs, nowMs)} ago`;
const age = (atMs: number, nowMs: number): string => formatMs(Math.max(0, nowMs - atMs));

const clock = (atMs: number): string =>
  Number.isFinite(new Date(atMs).getTime()) ? `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z` : '?';
