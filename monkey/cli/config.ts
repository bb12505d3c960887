/** The configuration file: `check`, `show`, `schema`. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { stringify } from 'yaml';
import { type PoolRole, poolRoles } from '../../pool/redis/permissions.ts';
import { filled } from '../config/filled.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import type { Need } from '../config/parse.ts';
import { pathText } from '../config/problem.ts';
import { fileSchema } from '../config/schema.ts';
import { BadConfiguration, type CommandModule, Exit, type Io } from './command.ts';
import { withError } from './failure.ts';
import type { OnlineFinding } from './online/finding.ts';
import { withConfigOption } from './pool-options.ts';
import { type Colour, type Column, screenOf, table } from './print.ts';
import { type CommonOptions, loadedOf, wantsJson, withJsonOption } from './settings.ts';

type Done = (exit: Exit) => void;

export const configure: CommandModule['configure'] = (command, io, done) => {
  configureCheck(command.command('check').description('all that is wrong with it; exit 2 where anything is'), io, done);
  configureShow(command.command('show').description('what counts, with every default'), io, done);
  // A schema is JSON whether it is asked for or not.
  withJsonOption(command.command('schema').description('its JSON schema, for editors')).action(async () => {
    const { configJsonSchema } = await import('../config/json-schema.ts');
    io.out.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    done(Exit.fine);
  });
};

interface CheckOptions extends CommonOptions {
  readonly online?: true;
  readonly for?: PoolRole;
}

const checkShape = `
JSON: {ok, file, problems: [{path, because, line?, column?}], online: [{name, verdict, detail}], error?: {kind, because, exit}}
  error: where there are problems. verdict: ok, risk (it works, and something may be lost), bad, skipped. Exit 1 where online
  anything is bad.`;

const configureCheck = (command: Command, io: Io, done: Done): void => {
  withJsonOption(withConfigOption(command))
    .option('--online', 'ask Redis, the pool, EC2 (a dry run) and Slack as well, and look for the key of the pager')
    .addOption(
      new Option('--for <role>', 'must be enough for this one; without it, for who only looks').choices(poolRoles),
    )
    .addHelpText('after', checkShape)
    .action(async (options: CheckOptions) => {
      const needs: readonly Need[] = options.for === 'agent' ? ['node'] : [];
      const loaded = await loadConfig({ file: options.config, needs }, io.env, io.readFile);
      const online =
        loaded.kind === 'config' && options.online === true ? await onlineFindings(io, loaded, options) : [];
      if (wantsJson(options)) io.out.write(`${JSON.stringify(checkAnswer(loaded, online))}\n`);
      else if (loaded.kind === 'problems') throw new BadConfiguration(loaded.text);
      else io.out.write(checkText(loaded, online, io));
      done(loaded.kind === 'problems' ? Exit.usage : online.some(isBad) ? Exit.bad : Exit.fine);
    });
};

const isBad = ({ verdict }: OnlineFinding): boolean => verdict === 'bad';

const onlineFindings = async (
  io: Io,
  { config }: Extract<Loaded, { kind: 'config' }>,
  { for: role = 'reader' }: CheckOptions,
) => (await import('./online/all.ts')).askTheWorld(config, role, io.signal);

const checkAnswer = (loaded: Loaded, online: readonly OnlineFinding[]): object => {
  const file = loaded.file ?? null;
  if (loaded.kind === 'config') return { ok: !online.some(isBad), file, problems: [], online };
  const problems = loaded.problems.map(({ path, because, at }) => ({ path: pathText(path), because, ...at }));
  const error = { kind: 'configuration', because: loaded.text, exit: Exit.usage } as const;
  return withError({ ok: false, file, problems, online }, error);
};

const verdictColours: Readonly<Record<OnlineFinding['verdict'], Colour>> = {
  ok: 'green',
  risk: 'yellow',
  bad: 'red',
  skipped: 'dim',
};

const columns: readonly Column<OnlineFinding>[] = [
  { title: 'ASKED', text: ({ name }) => name },
  { title: 'VERDICT', text: ({ verdict }) => verdict, colour: ({ verdict }) => verdictColours[verdict] },
  { title: 'DETAIL', text: ({ detail }) => detail },
];

const checkText = ({ file }: Extract<Loaded, { kind: 'config' }>, online: readonly OnlineFinding[], io: Io): string => {
  const lines = online.length === 0 ? [] : ['', ...table(online, columns, screenOf(io.out, io.env))];
  return [`${file ?? 'command line'}: no problems`, ...lines, ''].join('\n');
};

const showShape = `
JSON: {file, settings, secrets: {redisPassword, sentinelPassword, slackToken, pagerKey}}: the settings as people write them, with every default;
  of secrets, whether they are there.`;

const configureShow = (command: Command, io: Io, done: Done): void => {
  withJsonOption(withConfigOption(command))
    .addHelpText('after', showShape)
    .action(async (options: CommonOptions) => {
      const { file = null, source, config } = await loadedOf(io, options);
      const settings = filled(fileSchema, source);
      const secrets = {
        redisPassword: isThere(config.pool.redis.password),
        sentinelPassword: isThere(config.pool.redis.sentinels?.password),
        slackToken: isThere(config.slack?.token),
        pagerKey: isThere(config.pages?.webhook?.key),
      };
      if (wantsJson(options)) io.out.write(`${JSON.stringify({ file, settings, secrets })}\n`);
      else {
        io.out.write(
          `${stringify(settings)}# secrets: redis password ${secrets.redisPassword}, Slack token ${secrets.slackToken}, pager key ${secrets.pagerKey}\n`,
        );
      }
      done(Exit.fine);
    });
};

const isThere = (secret: unknown): 'set' | 'not set' => (secret === undefined ? 'not set' : 'set');
