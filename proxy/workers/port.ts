/*
 * The port that workers share. The first process holds the socket and never accepts from it.
 *
 * INVARIANT: as long as it is held, connections are not refused once a worker has listened on it, whoever of them dies.
 */
import { lookup } from 'node:dns/promises';
import * as net from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { ListenAddress } from '../listen-address.ts';

export interface Port {
  readonly fd: number;
  /** Where this process alone holds it connections are refused from now on. */
  readonly close: () => void;
}

/** A socket that whoever started this process has opened; it stays theirs. */
export const givenPort = (fd: number): Port => ({ fd, close: () => undefined });

/** Binds the port; rejects as listening would, with Node's `code`. */
export const bindPort = async ({ host, port }: ListenAddress): Promise<Port> => {
  const { address, family } = await lookup(host);
  const handle = bind(address, port, family);
  if (typeof handle === 'number') throw failure(handle, host, port);
  // A port that is taken is told of here: https://github.com/libuv/libuv/blob/v1.46.0/src/unix/tcp.c#L178
  const error = handle.getsockname({});
  if (error < 0) {
    handle.close();
    throw failure(error, host, port);
  }
  return { fd: handle.fd, close: () => handle.close() };
};

interface Handle {
  readonly fd: number;
  readonly getsockname: (out: object) => number;
  readonly close: () => void;
}

/**
 * A server of `node:net` accepts from the moment it listens, and there is no other public way to a bound socket. This one
 * is what `node:cluster` is made of, and in Node since 0.7.
 */
const bind = (address: string, port: number, family: number): Handle | number => {
  const create: unknown = Reflect.get(net, '_createServerHandle');
  if (typeof create !== 'function')
    throw new Error('this Node cannot share a port among workers: set proxy.workers to 1');
  return Reflect.apply(create, undefined, [address, port, family]) as Handle | number;
};

const failure = (errno: number, host: string, port: number): Error => {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`listen ${code}: ${host}:${port}`), { code });
};
