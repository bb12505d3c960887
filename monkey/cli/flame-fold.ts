import type { Command } from 'commander';
import type { Profile } from '../flame/profile.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { type InputOptions, knownFormats, profileFrom, withInputOptions } from './flame-input.ts';

interface Options extends InputOptions {
  readonly output: 'folded' | 'speedscope' | 'pprof';
}

const shape = `${knownFormats}
Of perf script it makes what stackcollapse-perf.pl makes, line for line. Values are the sums of the event's period.
Of a .cpuprofile the values are samples.
pprof is binary, not zipped; speedscope is JSON.`;

export const configureFold = (command: Command, io: Io, done: Parameters<CommandModule['configure']>[2]): void => {
  withInputOptions(command)
    .argument('<file>', 'a profile; - for stdin')
    .addOption(
      command
        .createOption('--output <format>', 'what to write')
        .choices(['folded', 'speedscope', 'pprof'])
        .default('folded'),
    )
    .addHelpText('after', shape)
    .action(async (file: string, options: Options) => {
      const profile = await profileFrom(io, file, options);
      for await (const piece of written(profile, file, options.output)) await taken(io.out, piece);
      // What could be read is written all the same; scripts are told that it is not all.
      done(profile.isCutShort === true ? Exit.bad : Exit.fine);
    });
};

async function* written(profile: Profile, file: string, output: Options['output']): AsyncGenerator<Uint8Array> {
  if (output === 'pprof') yield (await import('../flame/formats/pprof.ts')).writePprof(profile);
  else if (output === 'speedscope')
    yield Buffer.from((await import('../flame/formats/speedscope.ts')).writeSpeedscope(profile, file));
  else {
    const { foldedLines } = await import('../flame/perf/sorted-lines.ts');
    // V8 says how long each sample stood for; to who compares folded stacks a microsecond would be a sample.
    const of = profile.format === 'cpuprofile' ? 'samples' : 'values';
    for (const piece of foldedLines(profile.tree, of)) yield Buffer.from(piece, 'latin1');
  }
}

/** Whoever reads the pipe says how fast: what waits for it is one piece, not the whole answer. */
export const taken = (out: NodeJS.WriteStream, piece: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    if (out.destroyed || out.write(piece)) resolve();
    else {
      out.once('drain', resolve);
      out.once('close', resolve);
    }
  });
