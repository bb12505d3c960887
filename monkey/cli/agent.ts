/** `monkey agent`: the daemon on each node. */
import { setFlagsFromString } from 'node:v8';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { withConfigOption, withJsonFailures } from './pool-options.ts';
import { type CommonOptions, configOf } from './settings.ts';

export const configure: CommandModule['configure'] = (command, io, done) => {
  withJsonFailures(withConfigOption(command)).action(async (options: CommonOptions) => done(await agent(options, io)));
};

const agent = async (options: CommonOptions, io: Io): Promise<Exit> => {
  // The young generation would grow to 16 MiB and stay there; an agent makes little garbage. Set before the rest is
  // loaded, because loading is what makes it grow.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Speed that nobody needs is paid with memory: code is compiled when it first runs, and optimized for its size.
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--max-lazy');
  const config = await configOf(io, options, ['node']);
  const { createLog } = await import('./log.ts');
  const { notifier } = await import('../host/systemd.ts');
  const { AgentRefused, startAgent } = await import('../agent/wiring.ts');
  const log = createLog({ level: config.log.level, name: 'agent' }, io.err, io.env);
  const systemd = notifier(io.env, log);
  const store = await io.openPool(config.pool, log);
  const alive = setInterval(systemd.watchdog, 1_000);
  io.signal.addEventListener('abort', () => void systemd.stopping(), { once: true });
  try {
    // systemd names several, with colons between, where a unit has several.
    const [runtimeFolder] = (io.env['RUNTIME_DIRECTORY'] ?? '').split(':').filter((folder) => folder !== '');
    await startAgent({ config, store, log, signal: io.signal, runtimeFolder, onReady: () => void systemd.ready() });
    return Exit.fine;
  } catch (error) {
    if (error instanceof AgentRefused) throw new CommandFailed(error.message, Exit.usage, { cause: error });
    throw error;
  } finally {
    clearInterval(alive);
    await store.close();
  }
};
