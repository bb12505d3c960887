/**
 * What Redis itself spends on handing the whole pool to every agent at once, each on a connection of its own: what is
 * read is counted and thrown away, so that the readers cost next to nothing.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { LocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { viewCommands } from '../../../pool/redis/read-view.ts';
import { cpuMsOf } from '../cpu-of.ts';

/** The answer to this one follows the pool's. */
const end = 'all-is-read';
const mostMs = 60_000;

export interface RawReads {
  readonly tookMs: number;
  readonly bytes: number;
  readonly redisCpuMs: number;
}

export const rawReads = async (redis: LocalRedis, pool: string, readers: number): Promise<RawReads> => {
  const sockets = await Promise.all(Array.from({ length: readers }, () => connected(redis.port)));
  try {
    const question = [['multi'], ...viewCommands(poolKeys(pool)), ['exec'], ['echo', end]].map(inResp).join('');
    const cpuMs = await cpuMsOf(redis.pid);
    const beganMs = performance.now();
    const bytes = await Promise.all(sockets.map((socket) => bytesRead(socket, question)));
    return {
      tookMs: performance.now() - beganMs,
      bytes: bytes.reduce((sum, read) => sum + read, 0),
      redisCpuMs: (await cpuMsOf(redis.pid)) - cpuMs,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
};

const connected = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect', { signal: AbortSignal.timeout(mostMs) });
  return socket;
};

const bytesRead = (socket: Socket, question: string): Promise<number> =>
  new Promise((resolve, reject) => {
    let bytes = 0;
    let tail = '';
    socket.setTimeout(mostMs, () => reject(new Error('Redis does not answer a raw read')));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      tail = (tail + chunk.subarray(-2 * end.length).toString('latin1')).slice(-2 * end.length);
      if (tail.includes(end)) resolve(bytes);
    });
    socket.write(question);
  });

const inResp = (command: readonly string[]): string =>
  `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
