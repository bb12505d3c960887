import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody holds at this address now. Whoever binds it later may find it taken, and asks again. */
export const freePort = async (address = '127.0.0.1'): Promise<number> => {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has no port');
  return bound.port;
};
