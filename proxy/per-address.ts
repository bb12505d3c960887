/*
 * How many connections one client address may hold at once, so that a single one cannot take all there are.
 *
 * INVARIANT: an address is remembered only while it has connections, so the list is as bounded as those are.
 */
import type { Socket } from 'node:net';

export interface PerAddressParts {
  /** Connections of one address at once. */
  readonly most: number;
  /** Load balancers, behind which many clients stand, have no limit. */
  readonly isExempt: (address: string) => boolean;
  readonly onRefused: () => void;
}

/** Lets a connection in and returns what is called at its end, or closes it before anything is read from it. */
export type Gate = (socket: Socket) => (() => void) | undefined;

export const gateByAddress = ({ most, isExempt, onRefused }: PerAddressParts): Gate => {
  const held = new Map<string, number>();
  const release = (network: string): void => {
    const left = (held.get(network) ?? 1) - 1;
    if (left === 0) held.delete(network);
    else held.set(network, left);
  };
  return (socket) => {
    const { remoteAddress = 'gone' } = socket;
    const network = networkOf(remoteAddress);
    const count = held.get(network) ?? 0;
    if (count >= most && !isExempt(remoteAddress)) {
      onRefused();
      socket.resetAndDestroy();
      return undefined;
    }
    held.set(network, count + 1);
    return () => release(network);
  };
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
