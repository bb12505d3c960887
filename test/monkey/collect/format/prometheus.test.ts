import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { prometheusText } from '../../../../monkey/collect/format/prometheus.ts';
import { gaugesOf } from '../../../../monkey/collect/gauges-of.ts';
import { writePrometheusFile } from '../../../../monkey/collect/prometheus-file.ts';
import { answered, row } from '../rows.ts';

/** Reads the label of a sample back by the escapes of the format: \\, \" and \n, nothing else. */
const labelsOf = (sample: string): ReadonlyMap<string, string> =>
  new Map(
    [...sample.matchAll(/([a-z]+)="((?:[^"\\\n]|\\[\\"n])*)"[,}]/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ]),
  );

describe('text of Prometheus', () => {
  test('has families in bytes with HELP and TYPE, and names whole', () => {
    const answers = [answered('web-1', [row(7, 'tmux: server', { rssKib: 3, vszKib: 4, pssKib: 2 })])];
    expect(prometheusText(gaugesOf(answers))).toBe(
      [
        '# HELP memory_usage_rss_bytes Resident memory, shared pages included.',
        '# TYPE memory_usage_rss_bytes gauge',
        'memory_usage_rss_bytes{host="web-1",command="tmux: server",pid="7"} 3072',
        '# HELP memory_usage_vss_bytes Virtual memory, touched or not.',
        '# TYPE memory_usage_vss_bytes gauge',
        'memory_usage_vss_bytes{host="web-1",command="tmux: server",pid="7"} 4096',
        '# HELP memory_usage_pss_bytes Proportional share of resident memory, where readable.',
        '# TYPE memory_usage_pss_bytes gauge',
        'memory_usage_pss_bytes{host="web-1",command="tmux: server",pid="7"} 2048',
        '',
      ].join('\n'),
    );
  });

  test('counts processes by command without a pid, under the prefix that was asked for', () => {
    const text = prometheusText(gaugesOf([answered('a', [row(1, 'x')])], 'command'), { prefix: 'prod.mem-x' });
    expect(text).toContain('prod_mem_x_processes{host="a",command="x"} 1\n');
  });

  test('of no gauges is no text', () => {
    expect(prometheusText([])).toBe('');
  });

  test('holds any name so that it is read back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (command, host) => {
        const [, , sample = ''] = prometheusText(gaugesOf([answered(host, [row(1, command)])])).split('\n');
        expect([...labelsOf(sample)]).toEqual([
          ['host', host],
          ['command', command],
          ['pid', '1'],
        ]);
      }),
    );
  });
});

describe('the file for node_exporter', () => {
  test('is put there whole, readable for all, and nothing is left beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    try {
      const file = join(folder, 'memory.prom');
      expect(await writePrometheusFile(file, 'a 1\n')).toEqual({ kind: 'written' });
      expect(await writePrometheusFile(file, 'a 2\n')).toEqual({ kind: 'written' });
      expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['a 2\n', 0o644]);
      expect(await writePrometheusFile(join(folder, 'none', 'x.prom'), '')).toMatchObject({
        ...{ kind: 'failed', because: expect.stringContaining('could not be written') },
      });
      expect(await writePrometheusFile(folder, 'a folder')).toMatchObject({ kind: 'failed' });
      expect(await readdir(folder)).toEqual(['memory.prom']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
