import { expect, test } from '@jest/globals';
import { asksForJson } from '../../../monkey/cli/failure.ts';
import { MemoryServer } from '../../../pool/memory-server.ts';
import { cli, flags } from '../../support/cli.ts';

const away = (): MemoryServer => {
  const server = new MemoryServer('web');
  server.goAway();
  return server;
};
const bad = { 'bad.yaml': 'limits: { minserving: 3 }\n' };

test.each([
  ['Redis is away', ['nodes', ...flags], { server: away() }, 'unreachable', 3],
  ['Redis is away from an order', ['pause', '--because', 'x', ...flags], { server: away() }, 'unreachable', 3],
  [
    'a policy is wrong',
    ['policy', 'apply', 'bad.yaml', ...flags],
    { server: new MemoryServer('web'), files: bad },
    'configuration',
    2,
  ],
  ['there is no configuration', ['nodes'], {}, 'configuration', 2],
  ['a node does not exist', ['why', 'i-1', ...flags], { server: new MemoryServer('web') }, 'failed', 1],
  ['an incident does not exist', ['incidents', 'inc-1', ...flags], { server: new MemoryServer('web') }, 'failed', 1],
  ['an argument is missing', ['why', ...flags], {}, 'usage', 2],
  ['an option is unknown', ['nodes', '--fast', ...flags], {}, 'usage', 2],
  ['a command is unknown', ['node'], {}, 'usage', 2],
] as const)('where %s, a program gets one object on stdout', async (_what, args, how, kind, exit) => {
  const asked = await cli([...args, '--json'], how);
  expect({ exit: asked.exit, err: asked.err }).toEqual({ exit, err: '' });
  expect(JSON.parse(asked.out)).toEqual({ error: { kind, because: expect.stringMatching(/\S/), exit } });
  const people = await cli(args, how);
  expect({ exit: people.exit, out: people.out }).toEqual({ exit, out: '' });
  expect(people.err).not.toBe('');
});

test.each([
  [['nodes', '--json'], true],
  [['nodes', '--output', 'json'], true],
  [['--output=json', 'nodes'], true],
  [['nodes', '--output', 'text'], false],
  [['why', '--', '--json'], false],
])('%j asks for JSON: %s', (argv, asks) => {
  expect(asksForJson(argv)).toBe(asks);
});

test('the help of a command is no failure, whoever asks', async () => {
  expect(await cli(['nodes', '--help', '--json'])).toMatchObject({ exit: 0, err: '' });
});

test('the configuration names its file also where it is wrong', async () => {
  const files = { 'c.yaml': 'pool: { nam: web }\n' };
  const { exit, out } = await cli(['config', 'check', '--config', 'c.yaml', '--json'], { files });
  expect({ exit, file: JSON.parse(out).file }).toEqual({ exit: 2, file: 'c.yaml' });
});

test('the schema is JSON, asked for or not', async () => {
  const [plain, asked] = [await cli(['config', 'schema']), await cli(['config', 'schema', '--json'])];
  expect(asked).toEqual({ ...plain, exit: 0 });
});
