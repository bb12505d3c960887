import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Above what services are known by, below where the local cloud has its machines.
const lowest = 10_000;
const highest = 20_000;
const triesAtMost = 100;

/**
 * A port that nobody holds at this address now. It lies below the range from which the system gives ports to outgoing
 * connections and to who asks for any (32768 to 60999 on Linux): one of those could be taken before its owner listens,
 * or while a server that is started again is away. Whoever binds it later may still find it taken, and asks again.
 */
export const freePort = async (address = '127.0.0.1'): Promise<number> => {
  for (let tried = 0; tried < triesAtMost; tried += 1) {
    const port = randomInt(lowest, highest);
    if (await isFree(port, address)) return port;
  }
  throw new Error(`no free port found between ${lowest} and ${highest}`);
};

const isFree = async (port: number, address: string): Promise<boolean> => {
  const server = createServer().listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
};
