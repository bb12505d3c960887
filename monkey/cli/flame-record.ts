import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { systemClock } from '../../pool/clock.ts';
import { samplesIn, samplesText } from '../doctor/evidence/hottest.ts';
import type { Captured, NotCaptured } from '../doctor/ports/profiler.ts';
import { owedForMs } from '../flame/capture/inspector-debts.ts';
import { askBounds, type By, type LocalProfiler, profilerOf, type Target } from '../flame/capture/profiler.ts';
import { palettes } from '../flame/svg/colours.ts';
import { processesOf, procLook } from '../host/process-look.ts';
import { cgroupOfUnit } from '../host/service/unit-cgroup.ts';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { mayBeWritten, writeTo } from './flame-output.ts';
import { drawnAs, formatOf, type PictureFormat, type PictureOptions, pictureFormats } from './flame-picture.ts';
import { withLookOptions } from './flame-svg.ts';
import { withJsonFailures } from './pool-options.ts';
import { harmless } from './print.ts';
import { whileTold } from './while-told.ts';

interface Options extends PictureOptions {
  readonly pid?: number;
  readonly unit?: string;
  readonly all?: true;
  readonly by?: By;
  readonly seconds: number;
  readonly hz: number;
  readonly output: string;
}

const shape = `
A process of Node.js is asked by SIGUSR1 to open its inspector, if it is node and catches that signal; the inspector is
closed again afterwards. It needs the same user, or root. All else is recorded by perf, if the kernel lets it.
Of a unit's Node processes the busiest is profiled. Ctrl-C ends the recording; what was had so far is written.`;

/** What a capture may take beyond the time that is asked for: a stuck process, a slow perf script. */
const slackMs = 20_000;

export const configureRecord = (command: Command, io: Io, done: Parameters<CommandModule['configure']>[2]): void => {
  withJsonFailures(withRecordOptions(withLookOptions(command)))
    .option('--pid <pid>', 'a process', whole(1, 2 ** 22))
    .option('--unit <unit>', 'a systemd unit: meow.service')
    .option('--all', 'the whole machine')
    .addOption(command.createOption('--by <way>', 'how; without it, whichever fits').choices(['inspector', 'perf']))
    .addHelpText('after', shape)
    .action(async (options: Options) => {
      const format = formatOf(options, io.out);
      await mayBeWritten(options.output);
      const { answer, settled } = await recorded(io, options);
      try {
        const captured = orFail(answer);
        await writeTo(io, options.output, await drawnAs(format, captured, options, io));
        for (const note of notesOf(captured)) io.err.write(`! ${harmless(note)}\n`);
      } finally {
        await settled();
      }
      done(Exit.fine);
    });
};

/** @param secondsMost what whoever takes the profile would refuse to go beyond */
export const withRecordOptions = (command: Command, secondsMost: number = askBounds.seconds): Command =>
  command
    .option('--seconds <seconds>', 'how long', between(0.1, secondsMost), 5)
    .option('--hz <times>', 'samples a second', between(1, askBounds.hz), 200)
    .option('--output <file>', 'where to; - for stdout', '-')
    .addOption(
      command
        .createOption('--format <format>', 'what to write (default: by the name of the file, else svg)')
        .choices(pictureFormats satisfies readonly PictureFormat[]),
    )
    .addOption(command.createOption('--colors <palette>', 'of the picture').choices(palettes).default('js'));

interface Recorded {
  readonly answer: Captured | NotCaptured;
  readonly settled: () => Promise<void>;
}

const recorded = async (io: Io, options: Options): Promise<Recorded> => {
  const target = await targetOf(io, options);
  const { seconds, hz, by } = options;
  const profiler = profilerOf(target, { look: procLook(), clock: systemClock, path: io.env['PATH'] ?? '', by });
  const limits = { deadlineMs: seconds * 1_000 + slackMs, signal: io.signal };
  const answer = await whileTold(io, `recording for ${seconds} s`, seconds, () =>
    profiler.capture({ seconds, hz, mayDeoptimize: true }, limits),
  );
  return { answer, settled: () => closedOf(io, profiler) };
};

/** Whoever has had an inspector opened stays until it is closed; Ctrl-C does not cut that short. */
const closedOf = async (io: Io, profiler: LocalProfiler): Promise<void> => {
  const left = await whileTold(io, 'waiting for the inspector to close', owedForMs / 1_000, () => profiler.settled());
  for (const open of left) io.err.write(`! ${harmless(open)}\n`);
};

/** @throws CommandFailed where nothing was captured: exit 1 where there was nothing, 3 where it could not be had. */
export const orFail = (answer: Captured | NotCaptured): Captured => {
  if (answer.kind === 'captured') return answer;
  throw new CommandFailed(harmless(answer.because), answer.why === 'nothing' ? Exit.bad : Exit.unreachable);
};

/** Fewer samples than these may show anything. */
const samplesLeast = 20;

export const notesOf = ({ cut, seconds, notes = [], stacks }: Captured): readonly string[] => [
  ...(cut === undefined ? [] : [`cut after ${seconds.toFixed(1)} s: ${cut}`]),
  ...fewOf(samplesIn(stacks)),
  ...notes,
];

const fewOf = (samples: number): readonly string[] =>
  samples < samplesLeast ? [`only ${samplesText(samples)}: shares of so few say little`] : [];

const targetOf = async (io: Io, { pid, unit, all }: Options): Promise<Target> => {
  if ([pid, unit, all].filter((named) => named !== undefined).length !== 1)
    throw new CommandFailed('say what to record: one of --pid PID, --unit UNIT or --all', Exit.usage);
  if (pid !== undefined)
    return {
      kind: 'processes',
      name: `process ${pid}`,
      // The process alone: its children are processes of their own.
      find: async (signal) =>
        (await procLook().facts(pid, signal)) === undefined
          ? { kind: 'none', because: `no process ${pid} runs here` }
          : { kind: 'found', pids: [pid] },
    };
  if (unit === undefined) return { kind: 'machine' };
  const cgroup = await cgroupOfUnit(unit, AbortSignal.any([io.signal, AbortSignal.timeout(5_000)]));
  if (cgroup.kind === 'none') throw new CommandFailed(harmless(cgroup.because), Exit.bad);
  return { kind: 'processes', name: unit, find: processesOf({ cgroup: cgroup.path }) };
};

const between =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a number from ${least} to ${most}, please.`);
  };

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = between(least, most)(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError('a whole number, please.');
  };
