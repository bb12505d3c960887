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
  /** Ends it, and forgets it unless another one is there by now. @returns whether it was the one that was kept */
  drop(key: string, link: Link): boolean;
  /** Ends all but these. */
  keep(keys: ReadonlySet<string>): void;
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

interface Links {
  readonly open: Map<string, Link>;
  readonly opening: Map<string, Opening>;
  /** All that have not ended, also those that nobody asks for any more. */
  readonly ending: Map<Link, Promise<void>>;
  closed: boolean;
}

export const keptLinks = (): KeptLinks => {
  const links: Links = { open: new Map(), opening: new Map(), ending: new Map(), closed: false };
  return {
    get: async (key, how, signal) => {
      if (links.closed) return { kind: 'failed', stage: 'connect', because: 'it was not asked: the collector ends' };
      const link = links.open.get(key);
      if (link?.isOpen() === true) return { kind: 'open', link, fresh: false };
      const connected = await patiently(links.opening.get(key) ?? start(links, key, how), signal);
      return connected.kind === 'open' ? { ...connected, fresh: true } : connected;
    },
    drop: (key, link) => {
      const wasKept = links.open.get(key) === link;
      if (wasKept) links.open.delete(key);
      link.end();
      return wasKept;
    },
    keep: (keys) => {
      for (const [key, link] of links.open) {
        if (keys.has(key)) continue;
        links.open.delete(key);
        link.end();
      }
    },
    size: () => links.open.size,
    close: () => closeAll(links),
  };
};

const start = (links: Links, key: string, how: (signal: AbortSignal) => Promise<Connected>): Opening => {
  const abort = new AbortController();
  // Of a host that is jumped over, all who wait for it listen.
  setMaxListeners(0, abort.signal);
  const promise = how(abort.signal).then((connected) => {
    if (links.opening.get(key) === started) links.opening.delete(key);
    if (connected.kind === 'open') keep(links, key, connected.link);
    return connected;
  });
  const giveUp = (): void => {
    links.opening.delete(key);
    abort.abort();
  };
  const started: Opening = { promise, giveUp, waiting: 0 };
  links.opening.set(key, started);
  return started;
};

const keep = ({ open, ending, closed }: Links, key: string, link: Link): void => {
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

const closeAll = async (links: Links): Promise<void> => {
  links.closed = true;
  const attempts = [...links.opening.values()];
  for (const { giveUp } of attempts) giveUp();
  await Promise.all(attempts.map(({ promise }) => promise));
  for (const link of links.ending.keys()) link.end();
  await Promise.all(links.ending.values());
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
