/** What happens in the pool, as it happens. On a terminal the nodes stay in sight; elsewhere lines are only added. */
import { InvalidArgumentError } from 'commander';
import { systemClock } from '../../pool/clock.ts';
import type { OutboxCounts } from '../../pool/store.ts';
import { viewWithWholeBeats } from '../../pool/whole-beats.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { follow, type Teller } from './follow.ts';
import { outboxOf } from './nodes.ts';
import { withPool } from './pool-command.ts';
import { type CommonOptions, wantsJson, withPoolOptions } from './settings.ts';
import { logTeller, programTeller, screenTeller } from './watch-tellers.ts';

const shape = `
JSON: one object a line: {kind: "pool", version, nodes: {id: state}} at first and whenever a fresh view was needed,
  {kind: "event", version, commit, atMs, what, nodes: {id: RECORD | null}, lever?, policyVersion?} for each commit,
  {kind: "away", because} when Redis goes.`;

interface Options extends CommonOptions {
  readonly for?: number;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .option('--for <seconds>', 'stop after this time', seconds)
    .addHelpText('after', shape)
    .action(async (options: Options) => {
      const { for: forSeconds } = options;
      const timeUp = forSeconds === undefined ? [] : [AbortSignal.timeout(forSeconds * 1_000)];
      const signal = AbortSignal.any([io.signal, ...timeUp]);
      await withPool(io, options, async ({ store, limits }) => {
        const first = await viewWithWholeBeats(store, limits());
        const { teller, end, ...how } = tellerFor(io, options, store.name, await outboxOf(store, limits()));
        teller.view(first);
        await follow(store, first, teller, { clock: systemClock, signal, ...how });
        end();
      });
      done(Exit.fine);
    });
};

const seconds = (text: string): number => {
  const value = Number(text);
  if (value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('a number of seconds up to a day, please.');
};

interface Audience {
  readonly teller: Teller;
  readonly refreshMs: number;
  readonly tellUnchanged: boolean;
  readonly end: () => void;
}

/** Those who read lines are told of a fresh view only where events did not tell it. */
const lines = { refreshMs: 30_000, tellUnchanged: false, end: () => undefined };

const tellerFor = (io: Io, options: Options, name: string, outbox: OutboxCounts | null): Audience => {
  if (wantsJson(options)) return { teller: programTeller(io), ...lines };
  if (!io.out.isTTY) return { teller: logTeller(io, name, outbox), ...lines };
  const teller = screenTeller(io, name);
  return { teller, refreshMs: 1_000, tellUnchanged: true, end: teller.end };
};
