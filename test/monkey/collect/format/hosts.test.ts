import { expect, test } from '@jest/globals';
import { hostsDogstatsdLines, hostsPrometheusText, hostsStatsdLines } from '../../../../monkey/collect/format/hosts.ts';
import { readGauge } from '../statsd-reader.ts';

const count = { asked: 50, failed: 4 };

test('how many hosts were asked and failed arrives in each format, under the collector’s own name', () => {
  const lines = [...hostsStatsdLines('prod.mem', 'a.b', count), ...hostsDogstatsdLines('prod-1.mem', 'a.b', count)];
  expect(lines).toEqual([
    'prod.mem_hosts.a-b.asked:50|g',
    'prod.mem_hosts.a-b.failed:4|g',
    'prod_1.mem_hosts.asked:50|g|#host:a.b',
    'prod_1.mem_hosts.failed:4|g|#host:a.b',
  ]);
  expect(lines.map((line) => readGauge(line).value)).toEqual([50, 4, 50, 4]);
  expect(hostsPrometheusText('prod.mem', count).split('\n')).toEqual([
    '# HELP prod_mem_hosts_asked Hosts that the last round asked.',
    '# TYPE prod_mem_hosts_asked gauge',
    'prod_mem_hosts_asked 50',
    '# HELP prod_mem_hosts_failed Hosts of these that failed.',
    '# TYPE prod_mem_hosts_failed gauge',
    'prod_mem_hosts_failed 4',
    '',
  ]);
});
