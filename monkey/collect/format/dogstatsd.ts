import type { Gauge } from '../gauge.ts';
import { hostTag } from './names.ts';
import { defaultPrefix } from './prefix.ts';
import { seriesNames } from './series-names.ts';
import type { LineOptions } from './statsd.ts';
import { amount } from './value.ts';

/**
 * DogStatsD, in KiB: `memory_usage.rss:9216|g|#host:web-1,command:cupsd,pid:873`; added up by command without the pid.
 * The tag `host` makes Datadog file the metric under that host, not under the one that collects. Format: "Datagram
 * Format and Shell Usage" in Datadog's documentation; a metric's name has letters, digits, `_` and `.` only.
 */
export const dogstatsdLines = (gauges: readonly Gauge[], options: LineOptions = {}): readonly string[] => {
  const { prefix = defaultPrefix, hosts = [] } = options;
  const nameOf = seriesNames(gauges, hosts, hostTag);
  const name = prefix.replace(/-/g, '_');
  return gauges.flatMap((gauge) => {
    const value = amount(gauge.value);
    if (value === undefined) return [];
    const { host, command, pid } = nameOf(gauge);
    const tags = [`host:${host}`, `command:${command}`, ...(pid === null ? [] : [`pid:${pid}`])];
    return [`${name}.${gauge.metric}:${value}|g|#${tags.join(',')}`];
  });
};
