/*
 * How many connections one client address may hold at once, so that a single one cannot take all there are.
 *
 * INVARIANT: an address is remembered only while it has connections, so the list is as bounded as those are.
 */
import type { Server, Socket } from 'node:net';

export interface PerAddressParts {
  /** Connections of one address at once. */
  readonly most: number;
  /** Load balancers, behind which many clients stand, have no limit. */
  readonly isExempt: (address: string) => boolean;
  readonly onRefused: () => void;
}

/** Closes what comes beyond the limit, before anything is read from it. */
export const limitPerAddress = (server: Server, { most, isExempt, onRefused }: PerAddressParts): void => {
  const held = new Map<string, number>();
  const release = (address: string): void => {
    const left = (held.get(address) ?? 1) - 1;
    if (left === 0) held.delete(address);
    else held.set(address, left);
  };
  server.prependListener('connection', (socket: Socket) => {
    const address = networkOf(socket.remoteAddress ?? 'gone');
    const count = held.get(address) ?? 0;
    if (count >= most && !isExempt(socket.remoteAddress ?? '')) {
      onRefused();
      socket.resetAndDestroy();
      return;
    }
    held.set(address, count + 1);
    socket.once('close', () => release(address));
  });
};

/** Who has one IPv6 address has at least 2^64 of them: all of a /64 count as one. */
export const networkOf = (address: string): string => {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  if (tail === undefined) return front.slice(0, 4).join(':');
  const behind = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - behind.length) }, () => '0');
  return [...front, ...zeros, ...behind].slice(0, 4).join(':');
};
