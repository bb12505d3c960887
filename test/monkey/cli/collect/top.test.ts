import { describe, expect, test } from '@jest/globals';
import { biggestOf } from '../../../../monkey/cli/collect/told.ts';
import { topLines } from '../../../../monkey/cli/collect/top.ts';
import { newFleetMemory } from '../../../../monkey/collect/biggest.ts';
import { answered, row } from '../../../support/collect.ts';

const memory = newFleetMemory();
memory.add(answered('web-1', [row('java', 600 * 1_024, 71), row('node', 200 * 1_024, 72), row('sshd', 1, 73)]));
memory.add(answered('web-2', [row('java', 400 * 1_024, 81), row('evil\u001b[2J', 1_024, 82)]));

const plain = { colours: false, columns: undefined };

describe('the biggest commands', () => {
  test('are a table with a picture of each, in proportion to the biggest', () => {
    const lines = topLines(biggestOf(memory, 2), plain).map((line) => line.replaceAll(/ +/g, ' '));
    expect(lines).toEqual([
      'COMMAND RSS SHARE HOSTS PROCESSES BIGGEST ON',
      `java 1000 MiB ${'█'.repeat(33)} 83.3% 2 2 600 MiB web-1 pid 71`,
      `node 200 MiB ${'█'.repeat(6)}▋ 16.7% 1 1 200 MiB web-1 pid 72`,
      'and 2 smaller commands',
    ]);
  });

  test.each([40, 60, 80, 100, 200])('fit a terminal of %i columns', (columns) => {
    const lines = topLines(biggestOf(memory, 10), { colours: false, columns });
    const widths = lines.map((line) => Array.from(line).length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    expect(lines.slice(1).every((line) => /[█▏▎▍▌▋▊▉]/.test(line))).toBe(true);
  });

  test('show no control characters of a name', () => {
    expect(topLines(biggestOf(memory, 10), plain).join('\n')).toContain('evil·[2J');
  });

  test('are nothing where no process was seen', () => {
    expect(topLines(biggestOf(newFleetMemory(), 10), plain)).toEqual([]);
  });
});
