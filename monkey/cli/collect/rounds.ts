/*
 * Rounds as they are ordered: one, or one at each tick until the signal.
 *
 * INVARIANTS
 * - Of many rounds one that the signal has cut short is told to nobody: it says nothing of the hosts.
 * - Where the hosts can't be read anew, those of the round before are asked, which is told once, as is its end.
 */
import type { Clock } from '../../../pool/clock.ts';
import type { Announcement } from '../../collect/canary/announce.ts';
import type { HostProcesses } from '../../collect/host-answer.ts';
import { type HostNews, type Newsroom, newNewsroom } from '../../collect/host-news.ts';
import { newHostsOnce } from '../../collect/hosts-once.ts';
import { readAll } from '../../collect/round.ts';
import { newRoundCount, noTotals, type Totals, withRound } from '../../collect/round-record.ts';
import type { SshReader } from '../../collect/ssh/reader.ts';
import type { Target } from '../../collect/target.ts';
import { eachTick, type Late } from '../../collect/ticks.ts';
import type { HostList } from './listed.ts';
import { oncePerCause } from './once-per-cause.ts';
import type { Outputs } from './outputs.ts';
import type { CollectSettings } from './settings.ts';
import type { CollectTeller, ToldRound, Trouble } from './told.ts';

export interface CollectParts {
  readonly list: HostList;
  readonly reader: Pick<SshReader, 'read' | 'keep'>;
  readonly outputs: Pick<Outputs, 'begin'>;
  readonly teller: CollectTeller;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type How = Pick<CollectSettings, 'intervalMs' | 'deadlineMs' | 'concurrency'>;

/** One round. Undefined: the signal came first; what was read by then is told, as somebody waits for it. */
export const collectOnce = async (
  targets: readonly Target[],
  parts: CollectParts,
  how: How,
): Promise<ToldRound | undefined> => {
  const { teller, signal } = parts;
  const { told, news } = await readRound(targets, newNewsroom(), parts, how);
  teller.round(told, news);
  if (!signal.aborted) {
    teller.end();
    return told;
  }
  const hostsLeft = targets.length - told.read - told.failed.length;
  teller.end(withRound(noTotals, told), {
    by: typeof signal.reason === 'string' ? signal.reason : 'a signal',
    hostsLeft,
  });
  return undefined;
};

/** Rounds until the signal; the first asks these. */
export const collectOn = async (first: readonly Target[], parts: CollectParts, how: How): Promise<void> => {
  const { list, reader, teller, clock, signal } = parts;
  const news = newNewsroom();
  const warn = oncePerCause(teller.warn, (what: Trouble) => teller.over(what));
  let targets: readonly Target[] | undefined;
  let totals: Totals = noTotals;
  const round = async (): Promise<void> => {
    targets = targets === undefined ? first : await readAnew(list, targets, warn);
    news.keep(targets);
    // Of hosts that left the list no connection stays behind that somebody has proven himself on.
    reader.keep(targets);
    const told = await tellRound(targets, news, parts, how);
    if (told === undefined) return;
    totals = withRound(totals, told);
    warn('gauges-not-sent', told.sent?.because ?? null);
    warn('file-not-written', told.written?.because ?? null);
    tellCanary(teller, told.canary?.news ?? null);
  };
  const onLate = (late: Late): void => {
    totals = { ...totals, missedTicks: totals.missedTicks + late.missedTicks };
    teller.late(late);
  };
  await eachTick(round, { intervalMs: how.intervalMs, clock, signal, onLate });
  teller.end(totals);
};

/** It knows itself what is news. */
const tellCanary = (teller: CollectTeller, news: Announcement | null): void => {
  if (news === null) return;
  const tell = news.kind === 'alarm' ? teller.warn : teller.over;
  tell('canary', news.text);
};

const readAnew = async (
  list: HostList,
  before: readonly Target[],
  warn: (what: Trouble, because: string | null) => void,
): Promise<readonly Target[]> => {
  const listed = await list.read();
  if (listed.kind === 'hosts') {
    warn('hosts-not-read-anew', null);
    warn('hosts-noted', listed.notes.length === 0 ? null : listed.notes.join('; '));
    return listed.targets;
  }
  const told = listed.kind === 'away' ? listed.because : listed.problems.join('; ');
  const because = listed.kind === 'away' || told.includes(list.source) ? told : `${list.source}: ${told}`;
  warn('hosts-not-read-anew', `${because}; those of before are asked`);
  return before;
};

const tellRound = async (
  targets: readonly Target[],
  newsroom: Newsroom,
  parts: CollectParts,
  how: How,
): Promise<ToldRound | undefined> => {
  const { told, news } = await readRound(targets, newsroom, parts, how);
  if (parts.signal.aborted) return undefined;
  parts.teller.round(told, news);
  return told;
};

const readRound = async (
  targets: readonly Target[],
  newsroom: Newsroom,
  { reader, outputs, teller, clock, signal }: CollectParts,
  { deadlineMs: hostMs, concurrency: most }: How,
): Promise<{ readonly told: ToldRound; readonly news: readonly HostNews[] }> => {
  const { done } = teller.begin(targets.length);
  const count = newRoundCount();
  const output = outputs.begin(targets, signal);
  const hosts = newHostsOnce(targets);
  const news: HostNews[] = [];
  const tell = async (whole: HostProcesses): Promise<void> => {
    count.whole(whole);
    await output.take(whole);
  };
  const tookMs = await readAll(reader, targets, {
    ...{ most, hostMs, clock, signal },
    take: async (answer) => {
      count.take(answer);
      const told = newsroom.take(answer);
      if (told !== undefined) news.push(told);
      done();
      const whole = hosts.take(answer);
      if (whole !== undefined) await tell(whole);
    },
  });
  for (const whole of hosts.rest()) await tell(whole);
  const { sent, ...given } = await output.end({ asked: targets.length, failed: count.failed() });
  return { told: { ...count.record(tookMs, sent), ...given, hosts: targets.length }, news };
};
