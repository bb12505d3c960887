import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { commands } from '../../../monkey/cli/commands.ts';
import { version } from '../../../monkey/cli/version.ts';
import { MemoryServer } from '../../../pool/memory-server.ts';
import { cli, flags } from '../../support/cli.ts';

describe('the command line', () => {
  test('without a command prints its help to stderr and ends with 2', async () => {
    const { exit, out, err } = await cli([]);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    for (const name of Object.keys(commands)) expect(err).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test('prints help where it is asked for, and says the exit codes', async () => {
    const { exit, out } = await cli(['--help']);
    expect(exit).toBe(0);
    expect(out).toContain('3 could not reach what it needs');
  });

  test.each(Object.keys(commands))('%s has help', async (name) => {
    const { exit, out } = await cli([name, '--help']);
    expect(exit).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: monkey ${name}`));
    expect((await cli(['help', name])).out).toBe(out);
  });

  test('knows its version, which is that of the package', async () => {
    const path = fileURLToPath(new URL('../../../package.json', import.meta.url));
    expect((await cli(['--version'])).out).toBe(`${version}\n`);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveProperty('version', version);
  });

  test('suggests what was meant', async () => {
    expect(await cli(['nods'])).toEqual({ exit: 2, out: '', err: 'monkey: no command "nods"; did you mean nodes?\n' });
    expect((await cli(['toString'])).err).toBe('monkey: no command "toString"; monkey --help names them all\n');
  });

  test('ends with 2 for options that do not exist, lack a value, or are missing', async () => {
    expect(await cli(['nodes', '--jsn'])).toMatchObject({
      exit: 2,
      err: "monkey: unknown option '--jsn'\n(Did you mean --json?)\n",
    });
    expect(await cli(['nodes', '--redis'])).toMatchObject({ exit: 2 });
    expect(await cli(['pause', ...flags])).toMatchObject({
      exit: 2,
      err: "monkey: required option '--because <reason>' not specified\n",
    });
    expect(await cli(['drain', '--because', 'x'])).toMatchObject({
      exit: 2,
      err: "monkey: missing required argument 'node'\n",
    });
  });

  test('takes options of all commands before the command as well', async () => {
    const server = new MemoryServer('web');
    const { exit, out } = await cli(['--json', 'nodes', ...flags], { server });
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ pool: 'web', nodes: [] });
  });

  test('takes --output json for --json', async () => {
    const server = new MemoryServer('web');
    expect(JSON.parse((await cli(['nodes', '--output', 'json', ...flags], { server })).out)).toMatchObject({
      nodes: [],
    });
  });

  test('tells all that is wrong with the configuration, and nothing else, and ends with 2', async () => {
    const files = { 'bad.yaml': 'pool: { name: Web, redis: { url: x } }\n' };
    expect(await cli(['nodes', '--config', 'bad.yaml'], { files })).toEqual({
      exit: 2,
      out: '',
      err: [
        'bad.yaml: 2 problems',
        '  pool.name: "Web" is not a pool name; use 1 to 63 lower-case letters, digits and hyphens, like web',
        '  pool.redis.url: "x" is not a redis URL; write it like redis://10.0.0.5:6379/0',
        '',
      ].join('\n'),
    });
  });

  test('ends with 3 and one sentence where Redis is away', async () => {
    const server = new MemoryServer('web');
    server.goAway();
    const { exit, out, err } = await cli(['nodes', ...flags], { server });
    expect({ exit, out }).toEqual({ exit: 3, out: '' });
    expect(err).toMatch(/^monkey: Redis at redis:\/\/127\.0\.0\.1:6379 is away: .+\n$/);
  });
});
