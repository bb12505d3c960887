import type { Gauge } from '../gauge.ts';
import { hostName } from './names.ts';
import { defaultPrefix } from './prefix.ts';
import { seriesNames } from './series-names.ts';
import { amount } from './value.ts';

export interface LineOptions {
  /** As `parsePrefix` let it pass. */
  readonly prefix?: string;
  /** All hosts of the round as `hostOf` calls them, also those that failed, so that names do not depend on who answers. */
  readonly hosts?: readonly string[];
}

/**
 * Plain statsd, as the first collector wrote it, in KiB: `memory_usage.web-1.cupsd.873.rss:9216|g`; added up by command
 * `memory_usage.web-1.cupsd.rss:9216|g`. Protocol: docs/metric_types.md of github.com/statsd/statsd.
 */
export const statsdLines = (gauges: readonly Gauge[], options: LineOptions = {}): readonly string[] => {
  const { prefix = defaultPrefix, hosts = [] } = options;
  const nameOf = seriesNames(gauges, hosts, hostName);
  const lines: string[] = [];
  let before: Gauge | undefined;
  let stem = '';
  for (const gauge of gauges) {
    const value = amount(gauge.value);
    if (value === undefined) continue;
    // All that is told of one process follows each other, and is called the same.
    if (before === undefined || !isOfSame(gauge, before)) {
      const { host, command, pid } = nameOf(gauge);
      stem = pid === null ? `${prefix}.${host}.${command}.` : `${prefix}.${host}.${command}.${pid}.`;
      before = gauge;
    }
    lines.push(`${stem}${gauge.metric}:${value}|g`);
  }
  return lines;
};

const isOfSame = (one: Gauge, other: Gauge): boolean =>
  one.pid === other.pid && one.command === other.command && one.host === other.host;
