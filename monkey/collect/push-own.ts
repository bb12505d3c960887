/*
 * A node tells statsd of its own processes, round after round.
 *
 * INVARIANTS
 * - It never throws, and ends soon after its signal with its socket closed.
 * - What goes wrong is told once for each cause until all goes well, and then that it does.
 * - A fleet that was started in one moment is not heard in one moment: the first round begins at random within a pause.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import { messageOf } from '../../pool/thrown.ts';
import type { ProcessList } from '../doctor/ports/processes.ts';
import { dogstatsdLines } from './format/dogstatsd.ts';
import { statsdLines } from './format/statsd.ts';
import { type By, gaugesOf } from './gauges-of.ts';
import type { HostReader } from './host-reader.ts';
import type { MetricSink } from './metric-sink.ts';
import { ownNodeReader } from './own-node.ts';
import { parseStatsd } from './send/statsd-address.ts';
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
  await clock.sleep(random() * options.intervalMs, signal);
  try {
    const round = async (): Promise<void> => news.take(await push({ reader, sink, options, signal }));
    await eachTick(round, { ...{ intervalMs: options.intervalMs, clock, signal }, onLate: () => undefined });
  } finally {
    await sink.close();
  }
};

interface Pushing {
  readonly reader: HostReader;
  readonly sink: MetricSink;
  readonly options: PushOptions;
  readonly signal: AbortSignal;
}

/** Undefined: all went well, or nobody wants to know any more. */
const push = async ({ reader, sink, options, signal }: Pushing): Promise<string | undefined> => {
  const { host, by, prefix, format } = options;
  try {
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
      // How many lines it were this time is no news.
      const cause = because.replace(/\d+ lines: /g, '');
      if (!told.includes(cause) && told.length < causesMost) {
        log.warn('metrics-not-sent', { statsd, because });
        told = [...told, cause];
      }
    },
  };
};
