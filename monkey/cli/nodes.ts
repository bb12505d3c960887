import type { Limits, OutboxCounts, PoolStore } from '../../pool/store.ts';
import { formatMs, formatShare } from '../../pool/units.ts';
import { viewWithWholeBeats } from '../../pool/whole-beats.ts';
import { type CommandModule, Exit } from './command.ts';
import { type NodeLine, type NodesAnswer, nodesAnswer } from './nodes-answer.ts';
import { withPool } from './pool-command.ts';
import { type Colour, type Column, harmless, paint, type Screen, screenOf, table } from './print.ts';
import { type CommonOptions, wantsJson, withPoolOptions } from './settings.ts';
import { lostPoolWarning } from './watch-warnings.ts';

const shape = `
JSON: {pool, epoch, version, nowMs, lever: {by, because, sinceMs, untilMs} | null, leader: {holder, untilMs,
  mode | null, trouble: why its notices wait | null} | null,
  policyVersion, routers: [{id, version, atMs, silent, inFlight, ejected, panic}], nodes: [{id, service, url, state, sinceMs, because,
  live, weight, relapses, heldBy, incident, lastBeatMs, cpuShare, busiestThreadShare,
  finding: {kind, finding | null, because} | null, mode: observe | act | null,
  failing: what its checks failed by last | null}], live: [url], warnings: [text],
  outbox: {written, delivered, waiting, lost, pages: {delivered, waiting, lost}} | null}
  Times are milliseconds since 1970 by the clock of Redis; what is not known is null.`;

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .addHelpText('after', shape)
    .action(async (options: CommonOptions) => {
      const answer = await withPool(io, options, async ({ store, limits }) => {
        const view = await viewWithWholeBeats(store, limits());
        const answered = nodesAnswer(store.name, view, await outboxOf(store, limits()));
        const incidents = await store.incidents(incidentsRead, limits()).catch(() => []);
        return { ...answered, warnings: [...lostPoolWarning(view, incidents), ...answered.warnings] };
      });
      io.out.write(wantsJson(options) ? `${JSON.stringify(answer)}\n` : nodesText(answer, screenOf(io.out, io.env)));
      done(Exit.fine);
    });
};

/** A loss of the pool that matters still is among these. */
const incidentsRead = 50;

/** Null where the role that asks may not see it, or it cannot be read: the nodes are shown all the same. */
export const outboxOf = (store: PoolStore, limits: Limits): Promise<OutboxCounts | null> =>
  store.outboxCounts(limits).catch(() => null);

/** The pool in one line, its nodes as a table, then what is to be worried about. */
export const nodesText = (answer: NodesAnswer, screen: Screen): string =>
  [
    poolLine(answer, screen),
    ...leverLine(answer, screen),
    ...outboxLine(answer, screen),
    ...(answer.nodes.length === 0 ? [] : ['', ...table(answer.nodes, columnsFor(answer), screen)]),
    ...(answer.warnings.length === 0 ? [] : ['', ...answer.warnings.map((text) => warningLine(text, screen))]),
    '',
  ].join('\n');

const poolLine = ({ pool, epoch, version, nodes, live, leader, routers }: NodesAnswer, screen: Screen): string => {
  const name = `pool ${paint(pool, 'bold', screen)}`;
  if (epoch === null) return `no ${name} here: nobody has joined it yet`;
  const parts = [
    `${live.length} of ${nodes.length} serve`,
    `version ${version}`,
    leader === null
      ? 'no leader'
      : `led by ${harmless(leader.holder)}${leader.mode === 'observe' ? ' (observes)' : ''}`,
    routers.length === 0
      ? 'no routers'
      : `routers ${routers.map(({ id, silent }) => `${harmless(id)}${silent ? ' (silent)' : ''}`).join(', ')}`,
  ];
  return `${name}: ${parts.join(' · ')}`;
};

const leverLine = ({ lever, nowMs }: NodesAnswer, screen: Screen): readonly string[] => {
  if (lever === null) return [];
  const until = lever.untilMs === null ? 'until somebody resumes' : `for ${formatMs(lever.untilMs - nowMs)} more`;
  const text = `healing is paused by ${lever.by} ${until}: ${lever.because}`;
  return [paint(harmless(text), 'yellow', screen)];
};

/** Only where something is not as it should be: a notice waits, or was lost. */
const outboxLine = ({ outbox, leader }: NodesAnswer, screen: Screen): readonly string[] => {
  if (outbox === null) return [];
  const { waiting, lost, pages } = outbox;
  const notices = [...counted(waiting, 'waiting'), ...counted(lost, 'lost')];
  const trouble = leader?.trouble ?? null;
  const cause = trouble === null || waiting === 0 ? '' : ` (${harmless(trouble)})`;
  const called = [...counted(pages.waiting, 'waiting'), ...counted(pages.lost, 'lost')];
  const parts = [
    ...(notices.length === 0 ? [] : [`notices ${notices.join(', ')}${cause}`]),
    ...(called.length === 0 ? [] : [`pages ${called.join(', ')}`]),
  ];
  return parts.length === 0
    ? []
    : [paint(`outbox: ${parts.join(' · ')}`, lost + pages.lost > 0 ? 'red' : 'dim', screen)];
};

const counted = (count: number, how: string): readonly string[] => (count === 0 ? [] : [`${count} ${how}`]);

const warningLine = (text: string, screen: Screen): string => paint(`! ${harmless(text)}`, 'yellow', screen);

const stateColours: Readonly<Record<string, Colour>> = {
  serving: 'green',
  checking: 'blue',
  draining: 'yellow',
  rebooting: 'yellow',
  held: 'yellow',
  quarantined: 'red',
  lost: 'red',
  left: 'dim',
};

const columnsFor = ({ nowMs }: NodesAnswer): readonly Column<NodeLine>[] => [
  { title: 'NODE', text: ({ id }) => id },
  { title: 'SERVICE', text: ({ service }) => service },
  { title: 'STATE', text: ({ state }) => state, colour: ({ state }) => stateColours[state] ?? 'red' },
  { title: 'FOR', text: ({ sinceMs }) => age(nowMs, sinceMs), align: 'right' },
  { title: 'CPU', text: ({ cpuShare }) => (cpuShare === null ? '-' : formatShare(cpuShare)), align: 'right' },
  { title: 'BEAT', text: ({ lastBeatMs }) => (lastBeatMs === null ? 'never' : age(nowMs, lastBeatMs)), align: 'right' },
  { title: 'URL', text: ({ url }) => url },
  {
    title: 'WHY',
    text: (node) => why(node),
    gives: true,
  },
];

/** Why it is in its state; of a serving node that is sick, what its agent found, with the value. */
const why = ({ state, because, heldBy, finding, failing }: NodeLine): string => {
  if (failing !== null) return `${because}; its checks fail yet: ${failing}`;
  if (state === 'serving' && finding?.kind === 'sick') return `sick by ${finding.finding ?? '?'}: ${finding.because}`;
  return heldBy === null || because.includes(heldBy) ? because : `${because} (held by ${heldBy})`;
};

/** Whole seconds are enough for a person. */
const age = (nowMs: number, thenMs: number): string =>
  formatMs(Math.floor(Math.max(0, nowMs - thenMs) / 1_000) * 1_000).replace(/^0ms$/, '0s');
