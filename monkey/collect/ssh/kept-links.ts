/*
 * Connections that are kept between rounds, by what they lead to. Many may wait for one: a host that hundreds are jumped
 * over is connected to once.
 *
 * INVARIANTS
 * - There is at most one connection for a key, open or opening.
 * - One that ends is forgotten at once; one that nobody waits for any more is given up.
 */
import { setMaxListeners } from 'node:events';
import type { Connected } from './connect.ts';
import type { Link } from './link.ts';

export interface KeptLinks {
  /** The kept one, or what `open` brings. `fresh` says that it was opened for this call or while it waited. */
  get(key: string, open: (signal: AbortSignal) => Promise<Connected>, signal: AbortSignal): Promise<Gotten>;
  /** Ends it and forgets it, unless another one is there by now. */
  drop(key: string, link: Link): void;
  readonly size: () => number;
  /** Ends all; resolves once they have ended. */
  close(): Promise<void>;
}

export type Gotten =
  | { readonly kind: 'open'; readonly link: Link; readonly fresh: boolean }
  | Extract<Connected, { readonly kind: 'failed' }>;

interface Opening {
  readonly promise: Promise<Connected>;
  readonly giveUp: () => void;
  waiting: number;
}

export const keptLinks = (): KeptLinks => {
  const open = new Map<string, Link>();
  const opening = new Map<string, Opening>();
  const ending = new Map<Link, Promise<void>>();
  let closed = false;

  const keep = (key: string, link: Link): void => {
    open.get(key)?.end();
    open.set(key, link);
    const ended = new Promise<void>((resolve) => link.onClose(resolve));
    const forgotten = ended.then(() => {
      if (open.get(key) === link) open.delete(key);
      ending.delete(link);
    });
    ending.set(link, forgotten);
    if (closed) link.end();
  };
  const start = (key: string, how: (signal: AbortSignal) => Promise<Connected>): Opening => {
    const abort = new AbortController();
    // Of a host that is jumped over, all who wait for it listen.
    setMaxListeners(0, abort.signal);
    const promise = how(abort.signal).then((connected) => {
      if (opening.get(key) === started) opening.delete(key);
      if (connected.kind === 'open') keep(key, connected.link);
      return connected;
    });
    const giveUp = (): void => {
      opening.delete(key);
      abort.abort();
    };
    const started: Opening = { promise, giveUp, waiting: 0 };
    opening.set(key, started);
    return started;
  };

  return {
    get: async (key, how, signal) => {
      if (closed) return { kind: 'failed', stage: 'connect', because: 'it was not asked: the collector ends' };
      const link = open.get(key);
      if (link?.isOpen() === true) return { kind: 'open', link, fresh: false };
      const connected = await patiently(opening.get(key) ?? start(key, how), signal);
      return connected.kind === 'open' ? { ...connected, fresh: true } : connected;
    },
    drop: (key, link) => {
      if (open.get(key) === link) open.delete(key);
      link.end();
    },
    size: () => open.size,
    close: async () => {
      closed = true;
      const attempts = [...opening.values()];
      for (const { giveUp } of attempts) giveUp();
      await Promise.all(attempts.map(({ promise }) => promise));
      for (const link of ending.keys()) link.end();
      await Promise.all(ending.values());
    },
  };
};

/** Waits until the attempt is done. Who runs out of time goes, and the last to go gives it up: its end tells how far it got. */
const patiently = async (attempt: Opening, signal: AbortSignal): Promise<Connected> => {
  attempt.waiting += 1;
  let onAbort = (): void => undefined;
  const gone = new Promise<Connected>((resolve) => {
    onAbort = () => {
      attempt.waiting -= 1;
      if (attempt.waiting === 0) attempt.giveUp();
      else
        resolve({ kind: 'failed', stage: 'connect', because: 'it timed out while another waited for the same host' });
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([attempt.promise, gone]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
