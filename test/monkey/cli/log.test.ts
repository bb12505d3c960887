import { describe, expect, test } from '@jest/globals';
import { createLog, type Level } from '../../../monkey/cli/log.ts';
import { Secret } from '../../../monkey/config/secret.ts';

const logTo = (level: Level = 'info', terminal = false) => {
  const lines: string[] = [];
  const stream = { isTTY: terminal, columns: 80, write: (text: string) => lines.push(text) };
  return { log: createLog({ level, name: 'agent' }, stream, { NO_COLOR: '1' }), lines };
};

describe('the log', () => {
  test('is one JSON object a line: time, level, event, who, and the fields', () => {
    const { log, lines } = logTo();
    log.warn('treatment-vetoed', { node: 'web-1', vetoes: ['cooldown'] });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      name: 'agent',
      pid: process.pid,
      event: 'treatment-vetoed',
      node: 'web-1',
      vetoes: ['cooldown'],
    });
  });

  test('leaves out what is less grave than its level', () => {
    const { log, lines } = logTo('warn');
    log.info('a');
    log.warn('b');
    log.error('c');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['b', 'c']);
  });

  test('shows no secret, by name or by kind', () => {
    const { log, lines } = logTo();
    log.info('x', { token: 'hunter2', redis: { password: 'hunter2' }, wrapped: new Secret('hunter2') });
    expect(lines[0]).not.toContain('hunter2');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      token: '[secret]',
      redis: { password: '[secret]' },
      wrapped: '[secret]',
    });
  });

  test('tells errors with their message', () => {
    const { log, lines } = logTo();
    log.error('failed', { error: new Error('no disk') });
    expect(JSON.parse(lines[0]!).error).toMatchObject({ message: 'no disk' });
  });

  test('is a line of text at a terminal', () => {
    const { log, lines } = logTo('info', true);
    log.info('committed', { node: 'web-1', because: 'two words', version: 7 });
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d committed node=web-1 because="two words" version=7\n$/);
  });

  test('lets nothing move the cursor of a terminal', () => {
    const { log, lines } = logTo('info', true);
    log.info('x', { text: 'a\u001b[2Jb' });
    expect(lines[0]).not.toContain('\u001b');
  });
});
