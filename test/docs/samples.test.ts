/** What guides show as the output of a command is what the command writes. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settingsOf } from '../../monkey/cli/collect/settings.ts';
import { summaryLines } from '../../monkey/cli/collect/summary.ts';
import { announce } from '../../monkey/collect/canary/announce.ts';
import { judgeCanary } from '../../monkey/collect/canary/judge.ts';
import { canaryValue } from '../../monkey/collect/canary/value.ts';
import { cli } from '../support/cli.ts';
import { type Provider, provider, server } from '../support/provider.ts';

const guide = (name: string): string => readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8');

describe('the guide to services', () => {
  const place = 'http://127.0.0.1:8080';
  const samples = [...guide('services').matchAll(/^```console\n\$ npx monkey (.+)\n([^`]*)^```$/gm)].map(
    ([, command = '', output = '']) => [command, output] as const,
  );
  let fleet: Provider;
  beforeAll(async () => {
    fleet = await provider({
      '10.0.0.1': server('91%', '20%', 'AuthService'),
      '10.0.0.2': server('12%', '41%', 'AuthService'),
      '10.0.0.3': server('38%', '44%', 'AuthService'),
      '10.0.0.9': server('35%', '52%'),
      '10.0.0.10': server('74%', '32%'),
      '10.0.0.11': server('48%', '97%', 'GeoService'),
    });
  });
  afterAll(() => fleet.stop());

  test('has samples', () => {
    expect(samples.map(([command]) => command.split(' ')[0])).toEqual(['services', 'status', 'unhealthy']);
  });

  test.each(samples)('shows what %s writes', async (command, output) => {
    expect(command).toContain(place);
    expect((await cli(command.replace(place, fleet.url).split(' '))).out).toBe(output);
  });
});

describe('the guide to memory', () => {
  const sample = (/^COMMAND +RSS[^`]*/m.exec(guide('collect'))?.[0] ?? '').trimEnd().split('\n');

  test('shows a table and a sentence as collect --once --top writes them', () => {
    const of = {
      rssKib: 2_164_000,
      hosts: 1,
      processes: 8,
      biggest: { host: 'localhost', pid: 22315, rssKib: 882_700 },
    };
    const biggest = { commands: [{ command: 'npm run check', ...of }], rssKib: 2_708_000, of: 66 };
    const { settings } = settingsOf({ hosts: ['localhost'], output: 'table', once: true, top: '3' });
    const round = { tookMs: 186, hosts: 1, read: 1, processes: 99, damagedLines: 0, failed: [] };
    const told = { ...round, sent: null, written: null, canary: null, biggest };
    const lines = summaryLines(told, settings, { colours: false, columns: 100 });
    const shapes = (from: readonly string[]) => [...new Set(from.map(shapeOf))];
    expect(shapes(sample)).toEqual(shapes(lines));
  });

  test('quotes the canary', () => {
    const where = 'http://graphite/render';
    const said = [212, 12].map((ageS) => {
      const nowMs = 1_700_000_000_000;
      const values = [canaryValue(nowMs - ageS * 1_000)];
      const verdict = judgeCanary({ kind: 'values', values, where }, { nowMs, firstSentMs: 0, withinMs: 150_000 });
      return announce('stale' === verdict.kind ? undefined : 'stale', verdict).announcement?.text;
    });
    expect(guide('collect')).toContain(`\n\`\`\`\n${said.join('\n')}\n\`\`\`\n`);
  });
});

/** Names, numbers, units, bars and blanks may differ from one machine to the next. */
const shapeOf = (line: string): string =>
  line
    .replace(/^[a-z][\w ]*?(?= {2,}| +[\d.]+ [KMG]iB)/, 'NAME')
    .replace(/[\d.]+ ?(?:[KMG]iB|ms|s\b|%)?/g, '#')
    .replace(/[█▉▊▋▌▍▎▏]+/g, '#')
    .replace(/ +/g, ' ');
