/*
 * A worker: a router that shares its port with others, and tells the first process how it is.
 *
 * INVARIANTS
 * - One sign of life on its way at a time: a first process that does not read gets no queue of them.
 * - The last thing it tells is all that it has counted.
 */
import { systemClock } from '../../pool/clock.ts';
import { countersOf } from '../numbers.ts';
import { type ProxyOptions, type ProxyParts, type RunningProxy, startProxy } from '../wiring.ts';
import { type FromWorker, type Order, parseToWorker } from './messages.ts';
import { workerFd } from './process.ts';
import { configOfWorker } from './share.ts';

/** What leads to the first process. */
export interface Channel {
  /** Resolves once it is written, or cannot be. */
  readonly send: (message: FromWorker) => Promise<void>;
  readonly hear: (take: (message: unknown) => void) => void;
}

const signOfLifeEveryMs = 1_000;
const lastWordMs = 1_000;

/** Rejects, as a router alone would, where it cannot begin; the first process is told why. */
export const serveAsWorker = async (
  order: Order,
  { config, routes }: ProxyOptions,
  channel: Channel,
  parts: ProxyParts = {},
): Promise<RunningProxy> => {
  const { clock = systemClock } = parts;
  const { router: id, pseudonym, worker } = order;
  const names = { id, pseudonym, writesSnapshot: worker === 1 };
  const own = { config: configOfWorker(config, order), routes, listenFd: workerFd, worker: names };
  const proxy = await startProxy(own, parts).catch(async (error: unknown) => {
    await channel.send({ kind: 'failed', because: error instanceof Error ? error.message : String(error) });
    throw error;
  });
  answer(proxy, channel);
  await channel.send({ kind: 'serving', url: proxy.url });
  const stopping = new AbortController();
  const alive = async (): Promise<void> => channel.send({ kind: 'alive', counters: countersOf(await proxy.numbers()) });
  const telling = (async () => {
    while (!stopping.signal.aborted) {
      await alive();
      await clock.sleep(signOfLifeEveryMs, stopping.signal);
    }
  })();
  const stop = async (): Promise<void> => {
    await proxy.stop();
    stopping.abort();
    const isTold = new AbortController();
    const told = telling.then(alive).then(() => isTold.abort());
    // A first process that stands still must not keep the worker.
    await Promise.race([told, clock.sleep(lastWordMs, isTold.signal)]);
  };
  return { ...proxy, stop };
};

const answer = (proxy: RunningProxy, channel: Channel): void =>
  channel.hear((given) => {
    const message = parseToWorker(given);
    if (message?.kind === 'reopen-logs') proxy.reopenLogs();
    if (message?.kind === 'tell') void tell(proxy, channel, message.ask);
  });

const tell = async (proxy: RunningProxy, channel: Channel, ask: number): Promise<void> =>
  channel.send({ kind: 'told', ask, telling: proxy.telling(), numbers: await proxy.numbers() });
