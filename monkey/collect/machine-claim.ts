/*
 * Who on this machine does something that only one may do at a time: whoever holds its name.
 *
 * INVARIANTS
 * - The kernel lets go of a name when its holder ends, however that ends: a socket in Linux's abstract namespace is no file.
 * - What can't be known is no obstacle: only a name that another one holds is taken.
 *
 * Processes of different network namespaces (containers) do not see each other, and any user of the machine may hold a name:
 * it keeps apart those who mean well.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { codeOf } from '../../pool/thrown.ts';

export interface Claim {
  /** Takes the name where it is free; may be asked again and again. */
  readonly take: () => Promise<'ours' | 'taken'>;
  readonly release: () => Promise<void>;
}

/** @param name of any length */
export const machineClaim = (name: string): Claim => {
  // The kernel has room for 107 bytes.
  const path = `\0doctor-monkey-${createHash('sha256').update(name).digest('hex')}`;
  let held: Server | 'unknown' | undefined;
  return {
    take: async () => {
      const opened = held ?? (await open(path));
      if (opened === 'taken') return 'taken';
      held = opened;
      return 'ours';
    },
    release: async () => {
      const server = held;
      held = undefined;
      if (typeof server === 'object') await new Promise((resolve) => server.close(resolve));
    },
  };
};

const open = (path: string): Promise<Server | 'taken' | 'unknown'> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => resolve(codeOf(error) === 'EADDRINUSE' ? 'taken' : 'unknown'));
    server.listen({ path }, () => resolve(server.unref()));
  });
