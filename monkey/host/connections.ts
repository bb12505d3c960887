import type { TcpSocket } from './proc/net-tcp.ts';
import { socketsHeldBy, tcpSockets } from './proc/sockets.ts';

/**
 * Established connections to a local port, but for those that this very process has opened (its own checks would
 * otherwise look like clients); undefined where /proc/net cannot be read. A connection between two programs of this
 * machine stands there twice: it is counted once, at the end that serves.
 */
export const establishedTo = async (procRoot: string, port: number): Promise<number | undefined> => {
  const sockets = await tcpSockets(procRoot, port);
  if (sockets === undefined) return undefined;
  const established = sockets.filter(({ state }) => state === 'established');
  const ours = ownPorts(
    procRoot,
    established.filter(({ remotePort, localPort }) => remotePort === port && localPort !== port),
  );
  return established.filter(({ localPort, remotePort }) => localPort === port && !ours.has(remotePort)).length;
};

const ownPorts = (procRoot: string, clients: readonly TcpSocket[]): ReadonlySet<number> => {
  if (clients.length === 0) return new Set();
  const held = socketsHeldBy(procRoot, 'self', new Set(clients.map(({ inode }) => inode)));
  return new Set(clients.filter(({ inode }) => held.has(inode)).map(({ localPort }) => localPort));
};
