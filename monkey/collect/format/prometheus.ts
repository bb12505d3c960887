import type { Gauge, GaugeMetric } from '../gauge.ts';
import { defaultPrefix } from './prefix.ts';
import { amount } from './value.ts';

/**
 * Prometheus' text exposition format 0.0.4, whole: every family with HELP and TYPE, ends with a line's end. Values are
 * in bytes, the base unit that Prometheus' naming conventions ask for. Labels hold names as they are, escaped: nothing
 * needs to be sanitised here. Without timestamps, which node_exporter's textfile collector refuses.
 */
export const prometheusText = (gauges: readonly Gauge[], { prefix = defaultPrefix } = {}): string => {
  const stem = prefix.replace(/[^a-z0-9_]/gi, '_');
  return metrics
    .map((metric) =>
      family(
        stem,
        metric,
        gauges.filter((gauge) => gauge.metric === metric),
      ),
    )
    .join('');
};

const family = (stem: string, metric: GaugeMetric, gauges: readonly Gauge[]): string => {
  if (gauges.length === 0) return '';
  const { suffix, help, scale } = families[metric];
  const name = `${stem}_${suffix}`;
  const samples = gauges.flatMap((gauge) => {
    const value = amount(gauge.value * scale);
    return value === undefined ? [] : [`${name}{${labels(gauge)}} ${value}\n`];
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.join('')}`;
};

const labels = ({ host, command, pid }: Gauge): string =>
  [label('host', host), label('command', command), ...(pid === null ? [] : [label('pid', String(pid))])].join(',');

/** Of a label's value only backslash, quote and line feed are escaped; the rest is UTF-8 as it is. */
const label = (name: string, value: string): string =>
  `${name}="${value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))}"`;

const families: Readonly<Record<GaugeMetric, { suffix: string; help: string; scale: number }>> = {
  rss: { suffix: 'rss_bytes', help: 'Resident memory, shared pages included.', scale: 1024 },
  vss: { suffix: 'vss_bytes', help: 'Virtual memory, touched or not.', scale: 1024 },
  pss: { suffix: 'pss_bytes', help: 'Proportional share of resident memory, where readable.', scale: 1024 },
  count: { suffix: 'processes', help: 'Processes of this command.', scale: 1 },
};

const metrics = ['rss', 'vss', 'pss', 'count'] as const satisfies readonly GaugeMetric[];
