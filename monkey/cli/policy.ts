/** The pool's policy: `apply FILE`, `show`, `diff FILE`. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';
import { policySchema } from '../../pool/policy.ts';
import type { PoolView } from '../../pool/view.ts';
import { filled } from '../config/filled.ts';
import { type ParsedPolicy, parsePolicy } from '../config/parse.ts';
import { problemsText } from '../config/problem.ts';
import { unreadable } from '../config/read-secret.ts';
import { applyPolicy } from '../doctor/hand/apply-policy.ts';
import { BadConfiguration, CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { giveOrder, type OrderOptions, type Outcome, outcomeShape, tell, viewAfter } from './order.ts';
import { type Change, changesBetween } from './policy-changes.ts';
import { withPool } from './pool-command.ts';
import { poolWarnings } from './pool-warnings.ts';
import { harmless, paint, type Screen, screenOf } from './print.ts';
import { said } from './said.ts';
import { type CommonOptions, wantsJson, withPoolOptions } from './settings.ts';
import { whoAmI } from './who.ts';

type Done = (exit: Exit) => void;

export const configure: CommandModule['configure'] = (command, io, done) => {
  configureApply(command.command('apply').description('give the pool the policy of a file'), io, done);
  configureShow(command.command('show').description('the policy that stands'), io, done);
  configureDiff(
    command.command('diff').description('what applying a file would change; exit 1 where it would'),
    io,
    done,
  );
};

interface ApplyOptions extends OrderOptions {
  readonly ifVersion?: number;
}

const configureApply = (command: Command, io: Io, done: Done): void => {
  withPoolOptions(command)
    .argument('<file>', 'YAML file with what the policy section of a configuration holds')
    .option('--by <name>', 'who applies it; without it, the user of this command', said)
    .option('--if-version <number>', 'only if this is still the version that stands; 0 for none', version)
    .addHelpText(
      'after',
      `${outcomeShape}\n  what: policy, or same where it stands already; with warnings: [text]. It counts from the next round of each agent.`,
    )
    .action(async (file: string, options: ApplyOptions) => {
      const { source, policy } = await readPolicy(io, file);
      if (Object.keys(source).length === 0)
        throw new CommandFailed(
          `${file} says nothing: applied, it would set the whole policy back to the defaults. Where that is meant, say one of them: monkey policy show --effective lists all`,
          Exit.usage,
        );
      const onVersion = options.ifVersion === undefined ? {} : { onVersion: options.ifVersion };
      const { outcome, words } = await withPool(io, options, async (pool): Promise<Applied> => {
        const before = await pool.store.view(pool.limits());
        const changes = changesBetween(filled(policySchema, before.policy?.source ?? {}), filled(policySchema, source));
        const order = { by: whoAmI(options.by, io.env), source, ...onVersion, changes: changes.map(changeText) };
        const given = await giveOrder(pool, applyPolicy(order));
        const after = await viewAfter(pool);
        const warnings =
          after === undefined ? [] : [...newPool(pool.store.name, after), ...poolWarnings(after, policy)];
        const screen = screenOf(io.out, io.env);
        if (!wantsJson(options) && given.ok && changes.length > 0) io.out.write(changesText(changes, screen));
        if (!wantsJson(options)) for (const warning of warnings) io.err.write(`! ${harmless(warning)}\n`);
        return appliedOf(given, `the pool ${pool.store.name}`, file, { before, after, warnings });
      });
      done(tell(io, options, outcome, words));
    });
};

interface Applied {
  readonly outcome: Outcome;
  readonly words: string;
}

interface Around {
  readonly before: PoolView;
  /** Undefined: the pool was away after the order. */
  readonly after: PoolView | undefined;
  readonly warnings: readonly string[];
}

/** A policy that stands already is what was asked for. */
const appliedOf = (given: Outcome, pool: string, file: string, { before, after, warnings }: Around): Applied => {
  if (given.ok) {
    const stands = after === undefined ? '' : ` ${versionOf(after)}`;
    return {
      outcome: { ...given, warnings },
      words: `${pool} has the policy of ${file}${stands}; it counts from the next round of each agent`,
    };
  }
  if (given.refusal !== 'same') return { outcome: given, words: '' };
  const stood = after ?? before;
  return {
    outcome: { ok: true, what: 'same', version: stood.version, warnings },
    words: `${pool} has this policy already, ${versionOf(stood)}; nothing was changed`,
  };
};

const versionOf = ({ policy }: PoolView): string => `as version ${String(policy?.version ?? 0)}`;

const newPool = (name: string, { nodes }: PoolView): readonly string[] =>
  nodes.size > 0 ? [] : [`the pool ${name} has no nodes: it is new, or its name is mistyped`];

const changeText = ({ path, pool, file }: Change): string =>
  `${path} ${pool === null ? 'unset' : JSON.stringify(pool)} → ${file === null ? 'unset' : JSON.stringify(file)}`;

const version = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('the number of a version, please.');
};

const showShape = `
JSON: {version, by, atMs, source, policy}: the source as it was applied, the policy with all defaults; version 0 and
  null for by, atMs and source where nobody has applied one.`;

const configureShow = (command: Command, io: Io, done: Done): void => {
  withPoolOptions(command)
    .option('--effective', 'with the default of everything that it does not say')
    .addHelpText('after', showShape)
    .action(async (options: CommonOptions & { readonly effective?: true }) => {
      const { policy: stored } = await viewOf(io, options);
      const source = stored?.source ?? {};
      const effective = filled(policySchema, source);
      if (wantsJson(options)) {
        const known = { version: stored?.version ?? 0, by: stored?.by ?? null, atMs: stored?.atMs ?? null };
        io.out.write(`${JSON.stringify({ ...known, source: stored?.source ?? null, policy: effective })}\n`);
      } else {
        const title =
          stored === undefined
            ? '# nobody has applied a policy: these are the defaults'
            : `# version ${String(stored.version)}, by ${harmless(stored.by)}, ${new Date(stored.atMs).toISOString()}`;
        io.out.write(`${title}\n${stringify(stored === undefined || options.effective === true ? effective : source)}`);
      }
      done(Exit.fine);
    });
};

const diffShape = `
JSON: {same, changes: [{path, pool, file}]}; null where the default stands and there is none.`;

const configureDiff = (command: Command, io: Io, done: Done): void => {
  withPoolOptions(command)
    .argument('<file>', 'YAML file with what the policy section of a configuration holds')
    .addHelpText('after', diffShape)
    .action(async (file: string, options: CommonOptions) => {
      const { source } = await readPolicy(io, file);
      const { policy: stored } = await viewOf(io, options);
      const changes = changesBetween(filled(policySchema, stored?.source ?? {}), filled(policySchema, source));
      io.out.write(
        wantsJson(options)
          ? `${JSON.stringify({ same: changes.length === 0, changes })}\n`
          : changesText(changes, screenOf(io.out, io.env)),
      );
      done(changes.length === 0 ? Exit.fine : Exit.bad);
    });
};

const changesText = (changes: readonly Change[], screen: Screen): string =>
  changes.length === 0
    ? 'no difference\n'
    : changes
        .map(({ path, pool, file }) =>
          [
            ...(pool === null ? [] : [paint(`- ${path}: ${JSON.stringify(pool)}`, 'red', screen)]),
            ...(file === null ? [] : [paint(`+ ${path}: ${JSON.stringify(file)}`, 'green', screen)]),
          ]
            .map((line) => `${line}\n`)
            .join(''),
        )
        .join('');

const viewOf = (io: Io, options: CommonOptions): Promise<PoolView> =>
  withPool(io, options, ({ store, limits }) => store.view(limits()));

const readPolicy = async (io: Io, file: string): Promise<Extract<ParsedPolicy, { kind: 'policy' }>> => {
  const text = await io.readFile(file).catch((error: unknown) => {
    throw new CommandFailed(`${file} ${unreadable(error)}`, Exit.usage);
  });
  const parsed = parsePolicy(text);
  if (parsed.kind === 'problems') throw new BadConfiguration(problemsText(file, parsed.problems));
  return parsed;
};
