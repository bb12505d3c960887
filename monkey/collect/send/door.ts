/*
 * A UDP socket that is connected to its receiver. Connected, so that the kernel tells when the receiver's machine answers
 * "port unreachable", and so that no datagram of anybody else comes in.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { Resolved } from './resolve.ts';

export type HandedOver = { readonly kind: 'handed-over' } | { readonly kind: 'failed'; readonly because: string };

/** Closed by `close`; nothing else of it needs an end. */
export class Door {
  readonly to: Pick<Resolved, 'address'> & { readonly port: number };
  readonly #socket: Socket;
  #refusals = 0;

  /** Rejects where the system has no way to that address. */
  static open(to: Resolved, port: number): Promise<Door> {
    const socket = createSocket(to.family === 6 ? 'udp6' : 'udp4');
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        socket.close();
        reject(error);
      };
      socket.once('error', fail);
      // Where there is no way it is this callback that hears of it, and no event: a firewall, a route, a broadcast address.
      socket.connect(port, to.address, (error?: Error | null) => {
        socket.removeListener('error', fail);
        if (error) fail(error);
        else resolve(new Door(socket, { address: to.address, port }));
      });
    });
  }

  private constructor(socket: Socket, to: Door['to']) {
    this.to = to;
    this.#socket = socket;
    // What the receiver's machine answers to an earlier datagram; whatever else is wrong, the next sending tells.
    socket.on('error', (error) => {
      if (isRefusal(error)) this.#refusals += 1;
    });
  }

  /** How often it was heard that nobody listens there. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Hands one datagram to the system. Of an earlier one's refusal the kernel tells in place of sending: it is sent again. */
  async handOver(bytes: Buffer): Promise<HandedOver> {
    const first = await this.#send(bytes);
    if (first === null) return { kind: 'handed-over' };
    if (!isRefusal(first)) return { kind: 'failed', because: first.message };
    this.#refusals += 1;
    const second = await this.#send(bytes);
    return second === null ? { kind: 'handed-over' } : { kind: 'failed', because: second.message };
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #send(bytes: Buffer): Promise<Error | null> {
    return new Promise((resolve) => {
      try {
        this.#socket.send(bytes, (error) => resolve(error ?? null));
      } catch (error) {
        // A socket that has lost its receiver says so at once.
        resolve(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}

const isRefusal = (error: Error): boolean => Reflect.get(error, 'code') === 'ECONNREFUSED';
