import { unreadableNodes } from '../../../pool/unreadable-nodes.ts';
import type { PoolView } from '../../../pool/view.ts';
import { viewWithWholeBeats } from '../../../pool/whole-beats.ts';
import { emptyServicesOf, readingsOf } from '../../services/from-pool.ts';
import type { FleetReading } from '../../services/reading.ts';
import { CommandFailed, Exit, type Io } from '../command.ts';
import { withPool } from '../pool-command.ts';
import type { PoolOptions } from '../pool-options.ts';

/** The first reading shares the time of every command on a pool; later ones, of who goes on watching, have their own. */
const laterCallMs = 2_500;

export const withServersOfPool = <T>(
  io: Io,
  options: PoolOptions,
  use: (read: () => Promise<FleetReading>) => Promise<T>,
): Promise<T> =>
  withPool(io, { ...options, instead: 'ask a provider with --inventory URL' }, ({ store, limits }) => {
    let isFirst = true;
    return use(async () => {
      const within = isFirst ? limits() : { deadlineMs: laterCallMs, signal: io.signal };
      isFirst = false;
      const view = known(await viewWithWholeBeats(store, within), io);
      return { readings: readingsOf(view), empty: emptyServicesOf(view) };
    });
  });

/** A pool that is not there, or of which nobody can say which nodes it has, is not one without servers. */
const known = (view: PoolView, io: Io): PoolView => {
  const garbage = unreadableNodes(view);
  if (garbage !== undefined)
    throw new CommandFailed(`${garbage.key} can not be read: ${garbage.because}`, Exit.unreachable);
  if (view.epoch === undefined) io.err.write('! no such pool here: nobody has joined it yet\n');
  return view;
};
