import type { ProcessTable } from '../proc/processes.ts';
import { socketsHeldBy, tcpSockets } from '../proc/sockets.ts';
import { isSame, type ProcessStat } from '../proc/stat.ts';
import { found, type Select } from './selected.ts';

interface Listener {
  readonly stat: ProcessStat;
  readonly inodes: ReadonlySet<number>;
}

/**
 * The processes that listen on a port. Looking through every descriptor of every process is work, so it is done
 * only when those found before have ended or let go of the port.
 */
export const listeners = (port: number, procRoot: string): Select => {
  let known: readonly Listener[] = [];
  const stillThere = ({ stat, inodes }: Listener, { processes }: ProcessTable): boolean =>
    isSame(stat, processes.get(stat.pid)) && socketsHeldBy(procRoot, stat.pid, inodes).size > 0;

  return async (table, signal) => {
    if (known.length === 0 || !known.every((listener) => stillThere(listener, table)))
      known = await search(port, procRoot, table, signal);
    return found(
      known.map(({ stat }) => stat.pid),
      `nobody that may be looked at listens on port ${port}`,
    );
  };
};

const search = async (
  port: number,
  procRoot: string,
  { processes }: ProcessTable,
  signal: AbortSignal,
): Promise<readonly Listener[]> => {
  const sockets = (await tcpSockets(procRoot, port, signal)) ?? [];
  const wanted = new Set(
    sockets.filter((socket) => socket.state === 'listening' && socket.localPort === port).map(({ inode }) => inode),
  );
  if (wanted.size === 0) return [];
  return [...processes.values()]
    .map((stat) => ({ stat, inodes: socketsHeldBy(procRoot, stat.pid, wanted) }))
    .filter(({ inodes }) => inodes.size > 0);
};
