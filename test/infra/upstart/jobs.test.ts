import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

/** What init(5) of Upstart 1.12, the last one, takes at the start of a line and we have a use for. */
const stanzas =
  /^(description "[^"]+"|(start|stop) on .+|(setuid|setgid) [a-z-]+|umask 0[0-7]{3}|env [A-Z_]+=\S+|respawn|respawn limit unlimited|kill timeout \d+|nice -?\d+|oom score -?\d+|console log|((pre|post)-(start|stop) )?exec \S.*)$/;

const job = (name: string): readonly string[] =>
  readFileSync(fileURLToPath(new URL(`../../../infra/upstart/${name}.conf`, import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

describe.each(['app', 'monkey'])('%s.conf', (name) => {
  test('holds stanzas of Upstart only', () => {
    expect(job(name).filter((line) => !stanzas.test(line))).toEqual([]);
  });

  test('starts one program, again for ever, as a user without rights', () => {
    const lines = job(name);
    expect(lines.filter((line) => line.startsWith('exec '))).toHaveLength(1);
    expect(lines).toEqual(expect.arrayContaining(['respawn', 'respawn limit unlimited']));
    expect(lines.find((line) => line.startsWith('setuid '))).not.toBe('setuid root');
  });
});

test('both start what the units of systemd start', () => {
  const unit = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../../infra/systemd/${name}.service`, import.meta.url)), 'utf8');
  const program = (name: string) =>
    job(name)
      .find((line) => line.startsWith('exec '))!
      .replace('exec node ', '');
  expect(unit('doctor-monkey-agent')).toContain(`ExecStart=/usr/bin/node ${program('monkey')}\n`);
  expect(unit('meow')).toContain(`ExecStart=/usr/bin/node ${program('app')}\n`);
});
