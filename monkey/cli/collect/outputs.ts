/** Where the gauges of a round go. */
import { hostname } from 'node:os';
import { newFleetMemory } from '../../collect/biggest.ts';
import { dogstatsdLines } from '../../collect/format/dogstatsd.ts';
import {
  type HostCount,
  hostsDogstatsdLines,
  hostsPrometheusText,
  hostsStatsdLines,
} from '../../collect/format/hosts.ts';
import { prometheusText } from '../../collect/format/prometheus.ts';
import { statsdLines } from '../../collect/format/statsd.ts';
import { gaugesOf, hostOf } from '../../collect/gauges-of.ts';
import type { HostProcesses } from '../../collect/host-answer.ts';
import { newInTurn, together } from '../../collect/in-turn.ts';
import type { MetricSink, Sent } from '../../collect/metric-sink.ts';
import { writePrometheusFile } from '../../collect/prometheus-file.ts';
import { udpSink } from '../../collect/send/udp-sink.ts';
import type { Target } from '../../collect/target.ts';
import { type Canary, newCanary } from './canary.ts';
import type { CollectSettings } from './settings.ts';
import { biggestOf, type Given, type Written } from './told.ts';

export interface Outputs {
  readonly begin: (targets: readonly Target[], signal: AbortSignal) => RoundOutputs;
  readonly close: () => Promise<void>;
}

/** Takes what the hosts of one round have, of each host once. */
export interface RoundOutputs {
  /** Resolves once its gauges were handed over. Never rejects. */
  readonly take: (answer: HostProcesses) => Promise<void>;
  /** All have answered; so many of them failed. */
  readonly end: (hosts: HostCount) => Promise<Given>;
}

export const openOutputs = (settings: CollectSettings): Outputs => {
  const { statsd } = settings;
  const sink = statsd === null ? null : udpSink({ to: statsd.to, datagramBytes: statsd.datagramBytes });
  const canary = newCanary(settings);
  return {
    begin: (targets, signal) => newRound(settings, { sink, canary }, targets, signal),
    close: async () => sink?.close(),
  };
};

const newRound = (
  settings: CollectSettings,
  { sink, canary }: { readonly sink: MetricSink | null; readonly canary: Canary | null },
  targets: readonly Target[],
  signal: AbortSignal,
): RoundOutputs => {
  const turn = sink === null ? null : newInTurn(sink, linesOf(settings, targets.map(hostOf)), signal);
  const memory = settings.top === null ? null : newFleetMemory();
  // The file is written as a whole, so that answers wait for the end of the round; nobody else keeps them.
  const kept: HostProcesses[] = [];
  canary?.look(signal);
  const { prometheusFile: file, top } = settings;
  return {
    take: async (answer) => {
      memory?.add(answer);
      if (file !== null) kept.push(answer);
      await turn?.put(answer);
    },
    end: async (hosts) => ({
      sent:
        turn === null || sink === null ? null : await sendLast(turn.taken(), { sink, canary, settings, hosts }, signal),
      canary: canary?.heard() ?? null,
      written: file === null ? null : await write(file, prometheusOf(settings, kept, hosts), signal),
      biggest: memory === null ? null : biggestOf(memory, top ?? 0),
    }),
  };
};

interface Last {
  readonly sink: MetricSink;
  readonly canary: Canary | null;
  readonly settings: CollectSettings;
  readonly hosts: HostCount;
}

/** How the hosts were, and then the canary, so that what it tells is true of all gauges before it. */
const sendLast = async (gauges: Sent, { sink, canary, settings, hosts }: Last, signal: AbortSignal): Promise<Sent> => {
  if (signal.aborted) return gauges;
  const { statsd, prefix } = settings;
  const hostsLines = statsd?.format === 'dogstatsd' ? hostsDogstatsdLines : hostsStatsdLines;
  const lines = hostsLines(prefix, hostname(), hosts);
  const flown = together(gauges, await sink.send(lines, signal));
  if (canary === null) return flown;
  // By itself: a line that did not go must not keep it from being missed.
  const sung = await sink.send([canary.line()], signal);
  if (sung.lines > 0 && sung.failedLines === 0) canary.sent();
  return together(flown, sung);
};

const linesOf =
  ({ statsd, prefix, by, of }: CollectSettings, hosts: readonly string[]) =>
  (answers: readonly HostProcesses[]): readonly string[] => {
    const write = statsd?.format === 'dogstatsd' ? dogstatsdLines : statsdLines;
    return write(gaugesOf(answers, by, of), { prefix, hosts });
  };

const prometheusOf = (
  { by, of, prefix }: CollectSettings,
  answers: readonly HostProcesses[],
  hosts: HostCount,
): string => prometheusText(gaugesOf(answers, by, of), { prefix }) + hostsPrometheusText(prefix, hosts);

const write = async (file: string, text: string, signal: AbortSignal): Promise<Written> => {
  const written = await writePrometheusFile(file, text, signal);
  return { file, because: written.kind === 'failed' ? written.because : null };
};
