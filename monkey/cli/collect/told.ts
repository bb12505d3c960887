/** What is told of a round. */
import type { CommandTotal, FleetMemory } from '../../collect/biggest.ts';
import type { HostNews } from '../../collect/host-news.ts';
import type { Sent } from '../../collect/metric-sink.ts';
import type { RoundRecord, Totals } from '../../collect/round-record.ts';
import type { Late } from '../../collect/ticks.ts';
import type { CanaryTold } from './canary.ts';

export interface ToldRound extends RoundRecord, Omit<Given, 'sent'> {
  readonly hosts: number;
}

/** What a round has given; null where it is not asked for. */
export interface Given {
  readonly sent: Sent | null;
  readonly written: Written | null;
  readonly biggest: Biggest | null;
  readonly canary: CanaryTold | null;
}

/** Why a file is not as it should be; null where it is. */
export interface Written {
  readonly file: string;
  readonly because: string | null;
}

/** The biggest commands, and what all of them come to. */
export interface Biggest {
  readonly commands: readonly CommandTotal[];
  readonly rssKib: number;
  /** Of how many the biggest are shown. */
  readonly of: number;
}

export const biggestOf = (memory: FleetMemory, most: number): Biggest => ({
  ...{ commands: memory.top(most), rssKib: memory.rssKib(), of: memory.commands() },
});

/** What may go wrong round after round, beside hosts that fail, as logs and programs are told of it. */
export type Trouble =
  | 'hosts-not-read-anew'
  /** The hosts could be read, and something is strange about them: a pool is empty. */
  | 'hosts-noted'
  | 'gauges-not-sent'
  | 'file-not-written'
  | 'canary';

/** The one round of `--once` was stopped before it was done. */
export interface Cut {
  /** The signal's name. */
  readonly by: string;
  /** Hosts that had not answered by then. */
  readonly hostsLeft: number;
}

/** Who hears of it: a person, a log or a program. */
export interface CollectTeller {
  /** A round begins; `done` is called with each host that has answered. */
  readonly begin: (hosts: number) => { readonly done: () => void };
  /** What a round came to, and what of its hosts is news. */
  readonly round: (round: ToldRound, news: readonly HostNews[]) => void;
  readonly late: (late: Late) => void;
  /** Once for each cause. */
  readonly warn: (what: Trouble, because: string) => void;
  /** What was warned of is well again; the canary says in which way. */
  readonly over: (what: Trouble, because?: string) => void;
  /** Nothing more comes. Undefined: of one round, that was told. */
  readonly end: (totals?: Totals, cut?: Cut) => void;
}
