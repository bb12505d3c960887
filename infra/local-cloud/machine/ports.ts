import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { platform } from 'node:os';
import { loopback } from '../http/serve.ts';

/** A port that stays a machine's own until it is released, also while nobody listens on it. */
export interface ReservedPort {
  readonly port: number;
  readonly release: () => Promise<void>;
}

const lowest = 20_000;
const highest = 32_000;
const triesAtMost = 500;

/**
 * Reserves a port that is free now. It lies below the range from which the system takes ports for outgoing
 * connections (32768 to 60999 on Linux), since one of those could sit on it while its machine is rebooting. Clouds
 * side by side keep out of each other's way by a lock that holds while its process lives: a socket in Linux'
 * abstract name space.
 */
export const reservePort = async (): Promise<ReservedPort> => {
  for (let tried = 0; tried < triesAtMost; tried += 1) {
    const port = randomInt(lowest, highest);
    const lock = await lockFor(port);
    if (lock === 'taken') continue;
    const probe = await bind({ host: loopback, port });
    if (probe === undefined) {
      await closed(lock);
      continue;
    }
    await closed(probe);
    return { port, release: () => closed(lock) };
  }
  throw new Error(`no free port found between ${lowest} and ${highest}`);
};

const lockFor = async (port: number): Promise<Server | undefined | 'taken'> => {
  if (platform() !== 'linux') return undefined;
  return (await bind({ path: `\0doctor-monkey-local-cloud-${port}` })) ?? 'taken';
};

const bind = (where: { host: string; port: number } | { path: string }): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(where, () => resolve(server));
    server.unref();
  });

const closed = (server: Server | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (server === undefined) resolve();
    else server.close(() => resolve());
  });
