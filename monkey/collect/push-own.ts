/*
 * A node tells statsd of its own processes, round after round.
 *
 * INVARIANTS
 * - It never throws, and ends soon after its signal with its socket closed.
 * - What goes wrong is told once for each cause until all goes well, and then that it does.
 * - Of agents of one machine that would overwrite each other's metrics one sends, and the others say that they do not.
 * - A fleet that was started in one moment is not heard in one moment: the first round begins at random within a pause.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import { messageOf } from '../../pool/thrown.ts';
import type { ProcessList } from '../doctor/ports/processes.ts';
import { dogstatsdLines } from './format/dogstatsd.ts';
import { hostName, hostTag } from './format/names.ts';
import { statsdLines } from './format/statsd.ts';
import { type By, gaugesOf } from './gauges-of.ts';
import type { HostReader } from './host-reader.ts';
import { type Claim, machineClaim } from './machine-claim.ts';
import type { MetricSink } from './metric-sink.ts';
import { ownNodeReader } from './own-node.ts';
import { parseStatsd, type StatsdAddress } from './send/statsd-address.ts';
import { udpSink } from './send/udp-sink.ts';
import { eachTick } from './ticks.ts';

export interface PushOptions {
  /** HOST[:PORT]. */
  readonly statsd: string;
  readonly intervalMs: number;
  readonly by: By;
  readonly prefix: string;
  readonly format: 'statsd' | 'dogstatsd';
  readonly datagramBytes: number;
  /** What this node is called in metrics. */
  readonly host: string;
}

export interface PushParts {
  readonly processes: ProcessList;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Resolves after the signal. */
export const pushOwn = async (options: PushOptions, parts: PushParts, signal: AbortSignal): Promise<void> => {
  const { clock, log, processes, random } = parts;
  const to = parseStatsd(options.statsd);
  if (to.kind === 'refused') {
    log.error('metrics-not-sent', { statsd: options.statsd, because: to.because });
    return;
  }
  const sink = udpSink({ to, datagramBytes: options.datagramBytes });
  const reader = ownNodeReader(processes, clock);
  const news = newNews(log, options.statsd);
  const claim = claimOf(options, to);
  await clock.sleep(random() * options.intervalMs, signal);
  try {
    const round = async (): Promise<void> => news.take(await push({ reader, sink, claim, options, signal }));
    await eachTick(round, { ...{ intervalMs: options.intervalMs, clock, signal }, onLate: () => undefined });
  } finally {
    await Promise.all([sink.close(), claim?.release()]);
  }
};

/** Undefined: by pid, metrics of one machine have names of their own. */
const claimOf = ({ by, prefix, format, host }: PushOptions, to: StatsdAddress): Claim | undefined => {
  if (by === 'pid') return undefined;
  const called = format === 'statsd' ? hostName(host) : hostTag(host);
  return machineClaim(JSON.stringify(['metrics', to.host, to.port, format, prefix, called]));
};

interface Pushing {
  readonly reader: HostReader;
  readonly sink: MetricSink;
  readonly claim: Claim | undefined;
  readonly options: PushOptions;
  readonly signal: AbortSignal;
}

/** Undefined: all went well, or nobody wants to know any more. */
const push = async ({ reader, sink, claim, options, signal }: Pushing): Promise<string | undefined> => {
  const { host, by, prefix, format } = options;
  try {
    if ((await claim?.take()) === 'taken') return takenText(host);
    const answer = await reader.read({ host, port: null, user: null }, signal);
    if (signal.aborted) return undefined;
    if (answer.kind === 'failed') return `the processes could not be read: ${answer.because}`;
    const linesOf = format === 'statsd' ? statsdLines : dogstatsdLines;
    const { because } = await sink.send(linesOf(gaugesOf([answer], by), { prefix, hosts: [host] }), signal);
    return isAborted(signal) ? undefined : (because ?? undefined);
  } catch (error) {
    return messageOf(error);
  }
};

const takenText = (host: string): string =>
  `another agent of this machine sends metrics by command as ${host}, and each would overwrite the other's: give each of them a collect.host of its own`;

/** A signal changes while we wait, which the compiler can't know. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Causes that are remembered as told. */
const causesMost = 8;

const newNews = (log: Log, statsd: string) => {
  let told: readonly string[] = [];
  return {
    take: (because: string | undefined): void => {
      if (because === undefined) {
        if (told.length > 0) log.info('metrics-sent-again', { statsd });
        told = [];
        return;
      }
      if (told.includes(because) || told.length >= causesMost) return;
      log.warn('metrics-not-sent', { statsd, because });
      told = [...told, because];
    },
  };
};
