/** Has a node of the pool profiled by its own agent, which hears of it with its next beat. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../pool/clock.ts';
import { type ProfileOrder, profileSecondsMost } from '../../pool/profile-order.ts';
import type { Captured, NotCaptured } from '../doctor/ports/profiler.ts';
import { readProfileAnswer } from '../doctor/report/profile-answer.ts';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { mayBeWritten, writeTo } from './flame-output.ts';
import { drawnAs, formatOf, type PictureOptions } from './flame-picture.ts';
import { notesOf, orFail, withRecordOptions } from './flame-record.ts';
import { withLookOptions } from './flame-svg.ts';
import { type OpenPool, withPool } from './pool-command.ts';
import { withJsonFailures, withWhichPool } from './pool-options.ts';
import { harmless } from './print.ts';
import { said } from './said.ts';
import type { CommonOptions } from './settings.ts';
import { whileTold } from './while-told.ts';
import { whoAmI } from './who.ts';

interface Options extends Omit<CommonOptions, 'output'>, PictureOptions {
  readonly seconds: number;
  readonly hz: number;
  readonly by?: string;
}

const shape = `
Its agent takes it, also where it only observes: of the busiest Node process of the app by the inspector, else by perf.
One at a time and one in 10 s; at most ${profileSecondsMost} s, and less where the node falls sick: its evidence goes first. What it needs on the node: docs/guides/take-a-profile.md.`;

/** An agent hears with its beat, samples, and answers; what it takes beyond the sampling. */
const slackMs = 20_000;
const lookEveryMs = 250;
const oneCallMs = 2_500;

export const configure: CommandModule['configure'] = (command, io, done) => {
  withJsonFailures(withRecordOptions(withLookOptions(withWhichPool(command)), profileSecondsMost))
    .argument('<node>', 'id of the node')
    .option('--by <name>', 'who asks; without it, the user of this command', said)
    .addHelpText('after', shape)
    .action(async (node: string, options: Options) => {
      const format = formatOf(options, io.out);
      await mayBeWritten(options.output);
      const { output: _file, ...common } = options;
      const captured = orFail(await withPool(io, common, (pool) => asked(io, pool, node, options)));
      await writeTo(
        io,
        options.output,
        await drawnAs(format, { ...captured, of: `${node}: ${captured.of}` }, options, io),
      );
      for (const note of notesOf(captured)) io.err.write(`! ${harmless(note)}\n`);
      done(Exit.fine);
    });
};

const asked = async (
  io: Io,
  { store, limits }: OpenPool,
  node: string,
  { seconds, hz, by }: Options,
): Promise<Captured | NotCaptured> => {
  const order: ProfileOrder = { id: randomUUID(), by: whoAmI(by, io.env), seconds, hz };
  const standsMs = seconds * 1_000 + slackMs;
  const answer = await store.askProfile(node, order, standsMs, limits());
  if (answer === 'unknown-node') throw new CommandFailed(`no node ${node} in the pool ${store.name}`, Exit.bad);
  if (answer === 'busy')
    throw new CommandFailed(`a profile is asked of ${node} already, or its agent does not answer; try again`, Exit.bad);
  return whileTold(io, `${node} is profiled for ${seconds} s`, seconds, async () => {
    const untilMs = systemClock.monotonicMs() + standsMs;
    while (systemClock.monotonicMs() < untilMs && !io.signal.aborted) {
      const text = await store.profileAnswer(order.id, { deadlineMs: oneCallMs, signal: io.signal });
      if (text !== undefined) return readProfileAnswer(text) ?? unreadable(node);
      await systemClock.sleep(lookEveryMs, io.signal);
    }
    return noAnswer(node, io.signal);
  });
};

const unreadable = (node: string): NotCaptured => ({
  kind: 'not-captured',
  because: `the answer of ${node} makes no sense: its agent may be of another version`,
});

const noAnswer = (node: string, { aborted }: AbortSignal): NotCaptured => ({
  kind: 'not-captured',
  because: aborted
    ? `stopped before ${node} had answered`
    : `the agent of ${node} has not answered: it is silent, or of a version that knows no profiles; see: monkey why ${node}`,
});
