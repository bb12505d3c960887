import { describe, expect, test } from '@jest/globals';
import { settingsOf } from '../../../../monkey/cli/collect/settings.ts';
import { frameLines, summaryLines } from '../../../../monkey/cli/collect/summary.ts';
import type { ToldRound } from '../../../../monkey/cli/collect/told.ts';

const because =
  'its key SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 is not the one in /home/ann/.ssh/known_hosts:12; ' +
  'if it was made anew: ssh-keygen -R web-1';
const { settings } = settingsOf({ hosts: ['web-1', 'web-2'], output: 'table', once: true });

const round = (part: Partial<ToldRound> = {}): ToldRound => ({
  ...{ tookMs: 12, hosts: 2, read: 1, processes: 3, damagedLines: 0 },
  ...{ sent: null, written: null, biggest: null, canary: null },
  failed: [
    { kind: 'failed', target: { host: 'web-1', port: null, user: null }, stage: 'host-key', because, tookMs: 5 },
  ],
  ...part,
});

describe('the reason of a host that failed', () => {
  test('stands whole below its host where a row of the terminal has no room for it', () => {
    expect(summaryLines(round(), settings, { colours: false, columns: 80 }).slice(0, 4)).toEqual([
      'HOST   FAILED AT',
      'web-1  host-key',
      `  ${because}`,
      '',
    ]);
  });

  test.each([undefined, 400])('stands in its row of %p columns', (columns) => {
    expect(summaryLines(round(), settings, { colours: false, columns })[1]).toBe(`web-1  host-key   ${because}`);
  });

  test('is whole in what is drawn in place, in lines that fit', () => {
    const scene = { time: '10:00:00', rows: 24, warnings: [] };
    const [, ...lines] = frameLines(round(), settings, scene, { colours: false, columns: 60 });
    expect(lines.map((line) => line.trimStart()).join(' ')).toBe(`! web-1: host-key: ${because}`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

describe('what became of the gauges', () => {
  const to = settingsOf({ hosts: ['a'], output: 'table', once: true, statsd: '127.0.0.1' }).settings;
  const because = 'nobody listens at 127.0.0.1:8125 (UDP)';
  const sentences = (lines: number, failedLines: number, datagrams = lines, why: string | null = because) =>
    summaryLines(round({ failed: [], sent: { lines, datagrams, failedLines, tooLong: 0, because: why } }), to, {
      colours: false,
      columns: 80,
    }).slice(1);

  test.each([
    [0, 68, [`none of the 68 gauges was sent: ${because}`]],
    [0, 1, [`the one gauge was not sent: ${because}`]],
    [2, 68, ['2 gauges in 2 datagrams to 127.0.0.1:8125', `68 of 70 gauges were not sent: ${because}`]],
    [1, 1, ['1 gauge in 1 datagram to 127.0.0.1:8125', `1 of 2 gauges was not sent: ${because}`]],
  ])('is one sentence: %p sent, %p not', (lines, failedLines, said) => {
    expect(sentences(lines, failedLines)).toEqual(said);
  });

  test('is told where all went well, and what was strange about it', () => {
    expect(sentences(70, 0, 2, null)).toEqual(['70 gauges in 2 datagrams to 127.0.0.1:8125']);
    expect(sentences(70, 0, 2, 'its last address was used')).toHaveLength(2);
  });

  test('stands once in what is drawn in place, with how many', () => {
    const sent = { lines: 0, datagrams: 0, failedLines: 68, tooLong: 0, because };
    const scene = { time: '10:00:00', rows: 24, warnings: [] };
    const screen = { colours: false, columns: 120 };
    expect(frameLines(round({ failed: [], sent }), to, scene, screen).slice(1)).toEqual([
      `! none of the 68 gauges was sent: ${because}`,
    ]);
  });
});
