/** One service, live: drawn in place on a terminal, as rows that are added elsewhere. */
import { systemClock } from '../../pool/clock.ts';
import { newTrack } from '../services/track.ts';
import type { CommandModule } from './command.ts';
import { withFleet } from './services/fleet.ts';
import { type FleetOptions, upTo, wholeNumber, withDefault, withFleetOptions } from './services/options.ts';
import { follow } from './services/rounds.ts';
import { trackTeller } from './services/track-tellers.ts';

const shape = `
The pictures show the last rounds, 0 to 100%, oldest first; a gap is what could not be read. At the end: the least, the
greatest, and p95 by nearest rank, of all rounds. Ends with 0 on Ctrl-C; after --count rounds with 1 where a server could
not be read in the last of them. Exit 1 where no server is of the service, 3 where the fleet can't be reached.
JSON: one object a line: {kind: "round", at, service, servers: [as monkey services tells them]}, {kind: "away", at, because}
  where the fleet could not be reached in a round, and {kind: "end", rounds, servers: [{address, node | null, cpu: EXTENT | null,
  memory: EXTENT | null}]}; EXTENT: {min, max, p95}, shares: 0.74 is 74%.`;

interface Options extends FleetOptions {
  readonly interval: number;
  readonly count?: number;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withFleetOptions(command)
    .argument('<service>', 'whose servers to watch')
    .addOption(withDefault('--interval <duration>', 'from one round to the next', upTo('1h'), 3_000))
    .option('--count <number>', 'end after so many rounds', wholeNumber(1, 1_000_000))
    .addHelpText('after', shape)
    .action(async (service: string, options: Options) => {
      const { interval: intervalMs, count } = options;
      const exit = await withFleet(io, options, (fleet) =>
        follow(fleet, newTrack(service), trackTeller(io, service, options), {
          ...{ service, intervalMs, count, clock: systemClock, signal: io.signal },
        }),
      );
      done(exit);
    });
};
