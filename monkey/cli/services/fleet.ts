/** The servers that a command on services speaks of, from a pool or from an inventory, judged. */
import { systemClock } from '../../../pool/clock.ts';
import { InventoryAway, openInventory } from '../../services/inventory/inventory.ts';
import { judge, type ServerLine } from '../../services/judge.ts';
import type { EmptyService, FleetReading } from '../../services/reading.ts';
import { CommandFailed, Exit, type Io } from '../command.ts';
import { type FleetOptions, thresholdsOf } from './options.ts';
import { newProgress } from './progress.ts';

export interface Fleet {
  /** `skip`: addresses that need not be read again. Rejects where its source can't be reached. */
  readonly read: (skip?: ReadonlySet<string>) => Promise<FleetRead>;
}

export interface FleetRead {
  readonly lines: readonly ServerLine[];
  /** Which a pool knows of, and an inventory does not. */
  readonly empty: readonly EmptyService[];
}

/** Opens the fleet of the options, does something with it, and lets go of it however that ends. */
export const withFleet = async <T>(io: Io, options: FleetOptions, use: (fleet: Fleet) => Promise<T>): Promise<T> => {
  const url = options.inventory ?? options.cpUrl;
  const judged = ({ readings, empty }: FleetReading): FleetRead => ({
    lines: readings.map((reading) => judge(reading, thresholdsOf(options))),
    empty,
  });
  return url === undefined
    ? withFleetOfPool(io, options, (read) => use({ read: async () => judged(await read()) }))
    : withFleetOfInventory(io, url, options, (read) => use({ read: async (skip) => judged(await read(skip)) }));
};

type Read = (skip?: ReadonlySet<string>) => Promise<FleetReading>;

/** Loaded only where it is asked for: an inventory needs neither Redis nor a configuration. */
const withFleetOfPool = async <T>(io: Io, options: FleetOptions, use: (read: Read) => Promise<T>): Promise<T> => {
  const { withServersOfPool } = await import('./pool-servers.ts');
  return withServersOfPool(io, options, use);
};

const withFleetOfInventory = async <T>(
  io: Io,
  url: URL,
  options: FleetOptions,
  use: (read: Read) => Promise<T>,
): Promise<T> => {
  const { timeout: requestMs, deadline: wholeMs, concurrency: most } = options;
  const { signal } = io;
  const inventory = openInventory(url, { requestMs, wholeMs, most, clock: systemClock, random: Math.random, signal });
  const progress = newProgress(io, { begin: `asking ${url.href} for its servers …`, read: 'servers read' });
  try {
    return await use(async (skip = new Set()) => {
      try {
        return { readings: await inventory.read({ skip, onProgress: progress.tell }), empty: [] };
      } finally {
        progress.end();
      }
    });
  } catch (error) {
    if (error instanceof InventoryAway) throw new CommandFailed(error.message, Exit.unreachable, { cause: error });
    throw error;
  } finally {
    progress.end();
    inventory.close();
  }
};
