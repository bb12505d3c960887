import type { Socket } from 'node:net';

/**
 * What is written to a socket in one turn leaves it in one go. ssh2 writes each packet in up to three pieces, and often two
 * packets one after the other: of ten system calls and segments in a round of a host three are left.
 */
export const inOneGo = (socket: Socket): Socket => {
  const write = socket.write.bind(socket) as (...pieces: unknown[]) => boolean;
  const gathering = (...pieces: unknown[]): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(...pieces);
  };
  return Object.assign(socket, { write: gathering });
};
