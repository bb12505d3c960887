import { describe, expect, test } from '@jest/globals';
import { newFleetMemory } from '../../../monkey/collect/biggest.ts';
import { answered, row } from '../../support/collect.ts';

describe('the memory of a fleet', () => {
  test('is added up by command over hosts and processes, the biggest first', () => {
    const memory = newFleetMemory();
    memory.add(answered('a', [row('node', 100, 7), row('node', 300, 8), row('sshd', 10, 9)]));
    memory.add(answered('b', [row('node', 200, 7), row('java', 600, 5)]));
    expect(memory.top(10)).toEqual([
      { command: 'java', rssKib: 600, hosts: 1, processes: 1, biggest: { host: 'b', pid: 5, rssKib: 600 } },
      { command: 'node', rssKib: 600, hosts: 2, processes: 3, biggest: { host: 'a', pid: 8, rssKib: 300 } },
      { command: 'sshd', rssKib: 10, hosts: 1, processes: 1, biggest: { host: 'a', pid: 9, rssKib: 10 } },
    ]);
    expect([memory.rssKib(), memory.commands()]).toEqual([1_210, 3]);
  });

  test('shows so many commands and no more', () => {
    const memory = newFleetMemory();
    memory.add(answered('a', [row('x', 1), row('y', 2), row('z', 3)]));
    expect(memory.top(2).map(({ command }) => command)).toEqual(['z', 'y']);
  });

  test('takes any name for one: __proto__ too', () => {
    const memory = newFleetMemory();
    memory.add(answered('a', [row('__proto__', 5), row('constructor', 4)]));
    expect(memory.top(5).map(({ command, rssKib }) => [command, rssKib])).toEqual([
      ['__proto__', 5],
      ['constructor', 4],
    ]);
  });

  test('adds up as one what hosts make up beyond all bounds', () => {
    const memory = newFleetMemory(2);
    memory.add(answered('a', [row('x', 1), row('y', 2), row('made', 3), row('up', 4), row('x', 5)]));
    expect(memory.top(5).map(({ command, rssKib }) => [command, rssKib])).toEqual([
      ['(other commands)', 7],
      ['x', 6],
      ['y', 2],
    ]);
  });
});
