/** Who hears what `monkey collect` finds: a person after one round, a log, a person who looks on, or a program. */
import { createLogUpdate } from 'log-update';
import type { Log } from '../../../pool/log.ts';
import { formatMs } from '../../../pool/units.ts';
import type { HostNews } from '../../collect/host-news.ts';
import { byStage } from '../../collect/round-record.ts';
import { targetText } from '../../collect/target.ts';
import type { Io } from '../command.ts';
import { harmless, screenOf } from '../print.ts';
import { jsonLine } from '../services/formats.ts';
import { counted } from '../services/notes.ts';
import { newProgress } from '../services/progress.ts';
import { roundObject } from './json.ts';
import type { CollectSettings } from './settings.ts';
import { frameLines, summaryLines } from './summary.ts';
import type { CollectTeller, Cut, ToldRound, Trouble } from './told.ts';
import { topLines } from './top.ts';

export const collectTeller = (io: Io, settings: CollectSettings, log: Log): CollectTeller => {
  if (settings.json) return programTeller(io);
  if (settings.once) return summaryTeller(io, settings);
  return settings.top !== null && io.out.isTTY ? screenTeller(io, settings) : logTeller(io, log);
};

const now = (): string => new Date().toISOString();

/** Rounds that are shorter go without a word. */
const quietMs = 2_000;

/** How far a long round has got; gone with its end. */
const progressOf = (io: Io) => {
  let end = (): void => undefined;
  const begin = (hosts: number): { readonly done: () => void } => {
    const progress = newProgress(io, {
      begin: `asking ${counted(hosts, 'host')} …`,
      read: 'hosts have answered',
      quietMs,
    });
    let answered = 0;
    end = progress.end;
    return {
      done: () => {
        answered += 1;
        progress.tell(answered, hosts);
      },
    };
  };
  return { begin, end: () => end() };
};

const programTeller = ({ out }: Io): CollectTeller => {
  const tell = (kind: string, fields: object): void => void out.write(jsonLine({ kind, at: now(), ...fields }));
  return {
    begin: () => ({ done: () => undefined }),
    round: (round) => tell('round', roundObject(round)),
    late: (late) => tell('late', late),
    warn: (what, because) => tell('warning', { what, because }),
    over: (what, because) => tell('over', { what, because: because ?? null }),
    end: (totals, cut) => {
      const stopped = cut === undefined ? {} : { stoppedBy: cut.by, hostsLeft: cut.hostsLeft };
      if (totals !== undefined) tell('end', { ...totals, ...stopped });
    },
  };
};

const summaryTeller = (io: Io, settings: CollectSettings): CollectTeller => {
  const { begin, end } = progressOf(io);
  return {
    begin,
    round: (round) => {
      end();
      io.out.write(`${summaryLines(round, settings, screenOf(io.out, io.env)).join('\n')}\n`);
    },
    late: () => undefined,
    warn: (what, because) => void io.err.write(`! ${what}: ${harmless(because)}\n`),
    over: () => undefined,
    end: (_totals, cut) => {
      end();
      if (cut !== undefined) io.err.write(`! ${cutText(cut)}\n`);
    },
  };
};

const cutText = ({ by, hostsLeft }: Cut): string => `stopped by ${by}; ${counted(hostsLeft, 'host')} not read`;

/** What a daemon says: a line for each round, and what is news of a host. */
const logTeller = (io: Io, log: Log): CollectTeller => {
  const { begin, end } = progressOf(io);
  return {
    begin,
    round: (round, news) => {
      end();
      for (const each of news) tellNews(log, each);
      tellRound(log, round);
      if (round.biggest === null) return;
      io.out.write([now(), ...topLines(round.biggest, screenOf(io.out, io.env)), '', ''].join('\n'));
    },
    late: (late) => log.warn('round-late', { ...late, tookMs: Math.round(late.tookMs) }),
    warn: (what, because) => log.warn(what, { because }),
    over: (what, because) => log.info(overAs[what], because === undefined ? {} : { because }),
    end: (totals) => {
      end();
      if (totals !== undefined) log.info('collect-ended', { ...totals });
    },
  };
};

/** How a log says that it is over. */
const overAs: Readonly<Record<Trouble, string>> = {
  'hosts-not-read-anew': 'hosts-read-again',
  'hosts-noted': 'hosts-as-usual',
  'gauges-not-sent': 'gauges-sent-again',
  'file-not-written': 'file-written-again',
  canary: 'canary-back',
};

const tellNews = (log: Log, news: HostNews): void => {
  switch (news.kind) {
    case 'failed': {
      const { target, stage, because } = news.failure;
      log.warn('host-failed', { host: targetText(target), stage, because });
      return;
    }
    case 'back':
      log.info('host-back', { host: targetText(news.target), failedRounds: news.failedRounds });
  }
};

const tellRound = (log: Log, { hosts, read, failed, processes, damagedLines, tookMs, sent }: ToldRound): void =>
  log.info('round', {
    ...{ hosts, read, failed: failed.length, processes, tookMs: Math.round(tookMs) },
    ...(failed.length > 0 && { failedByStage: byStage(failed) }),
    ...(damagedLines > 0 && { damagedLines }),
    ...(sent !== null && { lines: sent.lines, datagrams: sent.datagrams }),
    ...(sent !== null && sent.failedLines > 0 && { failedLines: sent.failedLines }),
  });

/** The last frame stays where it is. */
const screenTeller = (io: Io, settings: CollectSettings): CollectTeller => {
  const { out, env } = io;
  const live = createLogUpdate(out, { showCursor: true });
  const warnings = new Map<Trouble | 'late', string>();
  const { begin, end } = progressOf(io);
  return {
    begin,
    round: (round) => {
      end();
      // Asked anew each time: people change the size of their windows.
      const scene = { time: now().slice(11, 19), rows: out.rows > 0 ? out.rows : 24, warnings: [...warnings.values()] };
      live(frameLines(round, settings, scene, screenOf(out, env)).join('\n'));
      // It is told after its round, so this one has shown it.
      warnings.delete('late');
    },
    late: ({ tookMs }) =>
      void warnings.set('late', `a round took ${formatMs(tookMs)}, longer than from one round to the next`),
    warn: (what, because) => {
      // Each round shows of itself what was not sent, and how much.
      if (what !== 'gauges-not-sent') warnings.set(what, because);
    },
    over: (what) => void warnings.delete(what),
    end: () => {
      end();
      live.done();
    },
  };
};
