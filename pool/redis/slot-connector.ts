/*
 * Connects to the node of a Redis Cluster that holds the pool.
 *
 * All keys of a pool are one slot, so one node holds them all, and one plain connection to that node is enough. The
 * cluster client of the library is not used: it would send commands to several nodes, and again after a redirection.
 *
 * INVARIANTS
 * - Which node that is, is asked anew for every connection, by a read of a key of the pool: who does not hold it says
 *   who does (MOVED).
 * - It tries for ever, one node after the other, until it is told to stop.
 */
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import { type HostPort, parseHostPort } from './host-port.ts';
import { watchStrangers } from './stranger.ts';

export interface SlotOptions {
  /** The nodes that are asked. */
  readonly nodes: readonly HostPort[];
  /** A key of the pool. */
  readonly key: string;
  readonly pauseMs: (attempt: number) => number;
}

type Stream = Awaited<ReturnType<AbstractConnector['connect']>>;
type Emit = Parameters<AbstractConnector['connect']>[0];

/** A connector for the client library. All of its connections share whom to ask first. */
export const slotConnector = (slot: SlotOptions) => {
  const turn: Turn = { first: 0 };
  return class extends SlotConnector {
    constructor(options: unknown) {
      super(slot, turn, options as RedisOptions);
    }
  };
};

/** With whom to begin: with the one who knew the answer last. */
interface Turn {
  first: number;
}

class SlotConnector extends AbstractConnector {
  readonly #slot: SlotOptions;
  readonly #turn: Turn;
  /** Those of the client, which also the asking goes by. */
  readonly #options: RedisOptions;
  #opened: Stream | undefined;

  constructor(slot: SlotOptions, turn: Turn, options: RedisOptions) {
    super(options.disconnectTimeout ?? 0);
    this.#slot = slot;
    this.#turn = turn;
    this.#options = options;
  }

  override async connect(emit: Emit): Promise<Stream> {
    const { nodes, key, pauseMs } = this.#slot;
    this.connecting = true;
    for (let attempt = 1; ; attempt += 1) {
      const found = await askedOf(nodes[this.#turn.first % nodes.length], key, this.#options);
      this.#mustGoOn();
      if (!(found instanceof Error)) return this.#open(found);
      this.#turn.first += 1;
      emit('error', found);
      await pause(attempt < nodes.length ? 0 : pauseMs(attempt - nodes.length + 1));
      this.#mustGoOn();
    }
  }

  /** Asked once for each answer of a transaction that was refused; once is enough. */
  override disconnect(): void {
    if (this.#opened?.writableEnded === true) this.connecting = false;
    else super.disconnect();
  }

  #mustGoOn(): void {
    if (!this.connecting) throw new Error('Connection is closed.');
  }

  #open({ host, port }: HostPort): Stream {
    const { tls } = this.#options;
    const stream = tls === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ...tls });
    this.stream = stream;
    this.#opened = stream;
    stream.once('error', (error: Error) => {
      this.firstError = error;
      // The cluster may not have noticed yet that this node is gone; another may have.
      this.#turn.first += 1;
    });
    return stream;
  }
}

const askedOf = async (node: HostPort | undefined, key: string, options: RedisOptions): Promise<HostPort | Error> => {
  if (node === undefined) throw new Error('a cluster has at least one node');
  return ownerOf(key, node, options).catch((error: unknown) => asError(error));
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Who holds the key, says this node. Throws what keeps it from answering. */
const ownerOf = async (key: string, node: HostPort, options: RedisOptions): Promise<HostPort> => {
  const { username, password, tls, connectTimeout = 2_000, disconnectTimeout = 100 } = options;
  const redis = new Redis({
    ...node,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    ...{ connectTimeout, disconnectTimeout, commandTimeout: connectTimeout },
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  let cause: Error | undefined;
  watchStrangers(redis, (stranger) => {
    if (stranger !== undefined) cause ??= new Error(stranger);
  });
  redis.on('error', (error: Error) => (cause ??= error));
  try {
    await redis.get(key);
    return node;
  } catch (error) {
    const { message } = asError(error);
    // Whoever looks at what is under the key holds it.
    if (message.startsWith('WRONGTYPE')) return node;
    const owner = ownerIn(message, node);
    if (owner !== undefined) return owner;
    throw cause ?? error;
  } finally {
    redis.disconnect();
  }
};

/** From `MOVED 3999 127.0.0.1:6381`; where the host is missing it is the one that was asked. */
const ownerIn = (message: string, asked: HostPort): HostPort | undefined => {
  const [, place = ''] = /^MOVED \d+ (\S+)$/.exec(message) ?? [];
  return /^:\d+$/.test(place) ? { host: asked.host, port: Number(place.slice(1)) } : parseHostPort(place);
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
