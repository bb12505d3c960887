/** The real fast path between a socket and a node that are both made up: what it takes, passes on and gives away. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { ClientConnection, type ClientParts } from '../../../proxy/fast/client-connection.ts';
import type { ClientInput } from '../../../proxy/fast/client-input.ts';
import { Lent } from '../../../proxy/fast/lent.ts';
import type { NodeConnection, NodeListener } from '../../../proxy/fast/node-connection.ts';
import { Sweep } from '../../../proxy/fast/sweep.ts';
import { readStrictly } from './strict.ts';
import { turns } from './turns.ts';

export interface Passed {
  /** What was written to the node, a connection for each request. */
  readonly written: readonly string[];
  /** What was given to the slow path. */
  readonly handed: string | undefined;
  /** The fast path has closed the connection. */
  readonly isClosed: boolean;
  /** Why it refused the last of the requests that it began. */
  readonly refused: string | undefined;
  /** How many it began. */
  readonly begun: number;
}

export const pseudonym = 'fuzz';
const yes = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');

export interface FastPath {
  readonly pass: (packets: readonly Buffer[]) => Promise<Passed>;
  readonly stop: () => void;
}

export const fastPath = (): FastPath => {
  const sweep = new Sweep();
  return {
    stop: () => sweep.stop(),
    pass: async (packets) => {
      const socket = new FakeSocket();
      const written: FakeNode[] = [];
      let handed: string | undefined;
      const handOver = (_socket: Socket, bytes: Buffer | undefined): void => {
        handed = bytes?.toString('latin1') ?? '';
      };
      const input = new FakeInput(socket);
      let begun = 0;
      const onEnded = (): void => {
        begun += 1;
      };
      new ClientConnection(input as unknown as ClientInput, partsWith(sweep, written, handOver, onEnded));
      for (const packet of packets) {
        if (handed === undefined) socket.bring(packet);
        else handed += packet.toString('latin1');
        await turns(2);
      }
      await turns(3);
      if (handed === undefined) socket.emit('close');
      const { isClosed, told } = socket;
      return { written: written.map(({ text }) => text), handed, isClosed, refused: refusedIn(told), begun };
    },
  };
};

/** Only refusals are JSON. */
const refusedIn = (told: string): string | undefined => /"because":"([^"]*)"\}\n$/.exec(told)?.[1];

class FakeSocket extends EventEmitter {
  readonly remoteAddress = '203.0.113.9';
  readonly writableLength = 0;
  isClosed = false;
  #isPaused = false;
  readonly #waiting: Buffer[] = [];

  bring(bytes: Buffer): void {
    if (this.#isPaused) this.#waiting.push(bytes);
    else this.emit('data', bytes);
  }
  isPaused(): boolean {
    return this.#isPaused;
  }
  pause(): void {
    this.#isPaused = true;
  }
  resume(): void {
    this.#isPaused = false;
    queueMicrotask(() => {
      while (!this.#isPaused && this.#waiting.length > 0) this.emit('data', this.#waiting.shift());
    });
  }
  /** What was written last. */
  told = '';
  write(text: string | Buffer, _encoding?: string, done?: () => void): boolean {
    this.told = text.toString('latin1');
    done?.();
    return true;
  }
  cork(): void {
    // Nothing is put together here.
  }
  uncork(): void {
    // Nor taken apart.
  }
  end(): void {
    this.isClosed = true;
  }
  destroySoon(): void {
    this.isClosed = true;
  }
  destroy(): void {
    this.isClosed = true;
  }
}

/** Spoils each buffer as soon as nobody may look at it any more, as the next read would. */
class FakeInput {
  readonly isLending = true;
  readonly socket: FakeSocket;
  listener: ((bytes: Buffer) => void) | undefined;
  #current: Buffer | undefined;
  readonly #out = new Set<Buffer>();
  readonly #lent = new Lent({ giveBack: (buffer) => this.#spoil(buffer) });

  constructor(socket: FakeSocket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      const read = Buffer.from(bytes);
      this.#current = read;
      this.listener?.(read);
      if (!this.#out.has(read)) read.fill(0);
    });
  }
  get hasLent(): boolean {
    return this.#lent.count > 0;
  }
  lend(written: number): void {
    if (this.#current === undefined) return;
    this.#lent.add(this.#current, written);
    this.#out.add(this.#current);
    this.#current = undefined;
  }
  settle(waiting: number): void {
    this.#lent.settle(waiting);
  }
  letGo(): void {
    this.listener = undefined;
  }
  #spoil(buffer: Buffer): void {
    this.#out.delete(buffer);
    buffer.fill(0);
  }
}

/** Answers each request once it has come whole. */
class FakeNode {
  text = '';
  readonly socket = new FakeSocket();
  isReused = false;
  #listener: NodeListener | undefined;
  #isAnswered = false;

  constructor(listener: NodeListener) {
    this.#listener = listener;
    this.socket.write = (bytes) => this.#take(bytes);
    queueMicrotask(() => this.#listener?.connected());
  }
  destroy(): void {
    this.#listener = undefined;
  }
  lend(): void {
    // Nothing is read into a buffer here.
  }
  #take(bytes: string | Buffer): boolean {
    this.text += typeof bytes === 'string' ? bytes : bytes.toString('latin1');
    const read = readStrictly(this.text, () => false);
    if (read !== 'more' && read !== null && read.isWhole && !this.#isAnswered) {
      this.#isAnswered = true;
      queueMicrotask(() => this.#listener?.received(yes, yes.length));
    }
    return true;
  }
}

const nothing = (): undefined => undefined;

const partsWith = (
  sweep: Sweep,
  written: FakeNode[],
  handOver: ClientParts['handOver'],
  onEnded: () => void,
): ClientParts => {
  const dial = (listener: NodeListener): NodeConnection => {
    const node = new FakeNode(listener);
    written.push(node);
    return node as unknown as NodeConnection;
  };
  const connections = { take: nothing, takeRecent: nothing, dial, put: (node: FakeNode) => node.destroy() };
  const choice = { upstream: { connections, isRetired: false } };
  const table = { isPlain: true, choose: () => choice, finished: nothing, heard: nothing };
  const budget = { requestCame: nothing, take: nothing };
  const pool = { table, budget, nobody: nothing, sticky: undefined };
  const telemetry = { requestEnded: onEnded, retried: nothing };
  const limits = {
    headerBytes: 16_384,
    connections: 10,
    inFlight: 10,
    headers: 60_000,
    request: 60_000,
    keepAlive: 60_000,
  };
  return {
    sweep,
    handOver,
    pseudonym,
    telemetry,
    routeOf: () => pool,
    clock: { monotonicMs: () => 0 },
    limits: { connectMs: 60_000, idleMs: 60_000 },
    clientLimits: limits,
    trustedProxies: [],
    load: { inFlight: 0 },
    isStopping: () => false,
    firstByteMs: () => 60_000,
  } as unknown as ClientParts;
};
