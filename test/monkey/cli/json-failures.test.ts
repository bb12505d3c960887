/** Every command there is, in every way that all can fail: what is added to the table of contents is held to it too. */
import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { commands } from '../../../monkey/cli/commands.ts';
import { MemoryServer } from '../../../pool/memory-server.ts';
import { cli, flags } from '../../support/cli.ts';

interface Leaf {
  readonly words: readonly string[];
  readonly command: Command;
}

const leavesOf = (command: Command, words: readonly string[]): readonly Leaf[] =>
  command.commands.length === 0
    ? [{ words, command }]
    : command.commands.flatMap((part) => leavesOf(part, [...words, part.name()]));

const io = {} as Parameters<Awaited<ReturnType<(typeof commands)[string]['load']>>['configure']>[1];
const leaves: Leaf[] = [];
// One after the other: jest links modules that are loaded at once in no order that holds.
for (const [name, { load }] of Object.entries(commands)) {
  const command = new Command(name);
  (await load()).configure(command, io, () => undefined);
  leaves.push(...leavesOf(command, [name]));
}
const nameOf = ({ words }: Leaf): string => words.join(' ');
const knows = ({ command }: Leaf, option: string): boolean => command.options.some(({ long }) => long === option);

const files = { 'bad.yaml': 'pool: { nam: web }\n', x: 'limits: { minServing: 2 }\n' };
/** What a command needs to come as far as its configuration and its pool. */
const given = (leaf: Leaf): readonly string[] => [
  ...leaf.words,
  ...leaf.command.registeredArguments.filter(({ required }) => required).map(() => 'x'),
  ...leaf.command.options
    .filter(({ mandatory, long }) => mandatory && typeof long === 'string')
    .flatMap(({ long }) => [long ?? '', 'x']),
  ...(leaf.words[0] === 'collect' ? ['--once'] : []),
];

/** The last line of stdout says it, and stderr nothing. */
const expectFailure = async (args: readonly string[], kind: string, exit: number, server?: MemoryServer) => {
  const ran = await cli([...args, '--json'], { files, ...(server === undefined ? {} : { server }) });
  const last = JSON.parse(ran.out.trimEnd().split('\n').at(-1) ?? '') as { readonly error?: unknown };
  expect({ exit: ran.exit, err: ran.err, error: last.error }).toEqual({
    ...{ exit, err: '' },
    error: { kind, because: expect.stringMatching(/\S/), exit },
  });
};

/** They have an answer of their own format, and know no --json. */
const withoutJson = ['demo', 'flame fold', 'flame svg'];

test('all commands but those of another format take --json', () => {
  expect(leaves.filter((leaf) => !knows(leaf, '--json')).map(nameOf)).toEqual(withoutJson);
});

describe('under --json a program is told in the same shape', () => {
  test.each(leaves.map((leaf) => [nameOf(leaf), leaf] as const))(
    'that %s knows no such option',
    async (_name, leaf) => {
      await expectFailure([...given(leaf), '--nosuch'], 'usage', 2);
    },
  );

  const configured = leaves.filter((leaf) => knows(leaf, '--config'));
  test.each(configured.map((leaf) => [nameOf(leaf), leaf] as const))(
    'that the configuration of %s is bad',
    async (_name, leaf) => {
      const asked = leaf.words[0] === 'collect' ? ['--pool'] : [];
      await expectFailure([...given(leaf), ...asked, '--config', 'bad.yaml'], 'configuration', 2);
    },
  );

  /** Daemons wait for Redis, they do not fail. */
  const pooled = leaves.filter((leaf) => knows(leaf, '--redis') && nameOf(leaf) !== 'proxy');
  test.each(pooled.map((leaf) => [nameOf(leaf), leaf] as const))('that Redis is away from %s', async (_name, leaf) => {
    const server = new MemoryServer('web');
    server.goAway();
    await expectFailure([...given(leaf), ...flags], 'unreachable', 3, server);
  });

  const ordering = ['drain', 'readmit', 'reboot', 'leave', 'resume'];
  test.each(leaves.filter((leaf) => ordering.includes(nameOf(leaf))).map((leaf) => [nameOf(leaf), leaf] as const))(
    'that %s is refused, beside the refusal',
    async (_name, leaf) => {
      const server = new MemoryServer('web');
      await expectFailure([...given(leaf), ...flags], 'failed', 1, server);
      const { out } = await cli([...given(leaf), ...flags, '--json'], { server });
      expect(JSON.parse(out)).toMatchObject({ ok: false, refusal: expect.any(String), because: expect.any(String) });
    },
  );

  test.each([[[]], [['config']], [['nosuch']], [['help', 'nosuch']], [['policy', 'nosuch']]])(
    'that monkey %j is no command',
    async (words) => {
      await expectFailure(words, 'usage', 2);
    },
  );

  test('that a policy is bad', async () => {
    await expectFailure(['policy', 'apply', 'bad.yaml', ...flags], 'configuration', 2, new MemoryServer('web'));
  });
});

test('an answer that is bad is no failure: it has no error', async () => {
  const server = new MemoryServer('web');
  const { exit, out } = await cli(['policy', 'diff', 'x', ...flags, '--json'], { files, server });
  expect({ exit, answer: JSON.parse(out) }).toMatchObject({ exit: 1, answer: { same: false } });
  expect(JSON.parse(out)).not.toHaveProperty('error');
});

test('what config check finds stands beside the error, as before', async () => {
  const { out } = await cli(['config', 'check', '--config', 'bad.yaml', '--json'], { files });
  expect(JSON.parse(out)).toMatchObject({
    ...{ ok: false, file: 'bad.yaml', online: [] },
    problems: expect.arrayContaining([expect.objectContaining({ path: 'pool.name' })]),
    error: { because: expect.stringContaining('pool.name: is missing') },
  });
});
