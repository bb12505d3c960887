#!/usr/bin/env node
/** The table of contents: every command in one line, loaded only when it is asked for. */
import { Command, CommanderError } from 'commander';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';

interface Entry {
  readonly about: string;
  readonly load: () => Promise<CommandModule>;
}

const commands: Readonly<Record<string, Entry>> = {
  agent: { about: 'watch this node and heal it', load: () => import('./agent.ts') },
  'local-cloud': {
    about: 'a region on this machine: EC2, Slack and instances',
    load: () => import('./local-cloud.ts'),
  },
};

const stopSignal = (): AbortSignal => {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(name));
  return stop.signal;
};

const run = async (argv: readonly string[], io: Io): Promise<Exit> => {
  let exit: Exit = Exit.fine;
  const program = new Command('monkey')
    .description('Keeps a pool of servers healthy without a human, and proves it by breaking them.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: (text) => io.err.write(text) });
  for (const [name, { about, load }] of Object.entries(commands)) {
    const command = program.command(name).description(about);
    if (argv[0] === name || (argv[0] === 'help' && argv[1] === name))
      (await load()).configure(command, io, (code) => (exit = code));
  }
  if (argv.length === 0) {
    io.err.write(program.helpInformation());
    return Exit.usage;
  }
  await program.parseAsync(argv, { from: 'user' });
  return exit;
};

const failed = (error: unknown, io: Io): Exit => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.fine : Exit.usage;
  if (error instanceof CommandFailed) {
    io.err.write(`monkey: ${error.message}\n`);
    return error.exit;
  }
  throw error;
};

const io: Io = { env: process.env, out: process.stdout, err: process.stderr, signal: stopSignal() };
process.exitCode = await run(process.argv.slice(2), io).catch((error: unknown) => failed(error, io));
