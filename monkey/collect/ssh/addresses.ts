/*
 * Addresses of hosts by their names, for a whole collector.
 *
 * The system's own lookup (getaddrinfo) blocks a thread, of which libuv gives it two, can't be called off, and takes 10 s
 * and more where a name server is silent: two such names would hold up those of a whole fleet. A larger pool of threads
 * can't be asked for here, as Node has started it before our first line runs.
 *
 * INVARIANTS
 * - A name is asked for once at a time, however many wait for it, and not again while the system has not answered.
 * - A name that the system does not tell soon is asked of DNS directly, which takes no thread; the first address wins.
 * - Nobody waits longer than `withinMs`, and a name that failed or hung is not waited for again for a while.
 */
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { OutOfTime, within } from '../../../pool/within.ts';

export type Found =
  | { readonly kind: 'addresses'; readonly addresses: readonly LookupAddress[] }
  /** A sentence without the host's name; `gone` where DNS says that there is none, which is more than silence. */
  | { readonly kind: 'unknown'; readonly gone: boolean; readonly because: string };

export interface AddressBook {
  /** Never rejects. An address is its own answer. */
  of(name: string, signal: AbortSignal): Promise<Found>;
}

/** Both reject where they know no address; what `system` says then is what is told. */
export interface Ways {
  readonly system: (name: string) => Promise<readonly LookupAddress[]>;
  readonly direct: (name: string, signal: AbortSignal) => Promise<readonly LookupAddress[]>;
}

export interface AddressTimes {
  readonly withinMs: number;
  readonly directAfterMs: number;
}

const believedForMs = 60_000;
const heldOffForMs = 30_000;
const mostNames = 20_000;

export const addressBook = (ways: Ways, { withinMs, directAfterMs }: AddressTimes): AddressBook => {
  const known = new Map<string, { readonly found: Found; readonly untilMs: number }>();
  const remember = (name: string, told: Found): Found => {
    const before = known.get(name)?.found;
    // Hosts seldom move, and a host key is checked at the old address as at any other.
    const found = told.kind === 'unknown' && !told.gone && before?.kind === 'addresses' ? before : told;
    if (known.size >= mostNames) known.clear();
    known.set(name, { found, untilMs: performance.now() + (told.kind === 'addresses' ? believedForMs : heldOffForMs) });
    return found;
  };
  const system = onceAtATime(ways.system);
  const ask = onceAtATime(async (name) => remember(name, await firstOf({ ...ways, system }, name, directAfterMs)));
  const waited = async (name: string, signal: AbortSignal): Promise<Found> => {
    try {
      return await within({ deadlineMs: withinMs, signal }, () => ask(name));
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      return error.code === 'stopped' ? hung : remember(name, hung);
    }
  };
  return {
    of: async (name, signal) => {
      const family = isIP(name);
      if (family !== 0) return { kind: 'addresses', addresses: [{ address: name, family }] };
      const entry = known.get(name);
      return entry !== undefined && entry.untilMs > performance.now() ? entry.found : waited(name, signal);
    },
  };
};

const hung: Found = { kind: 'unknown', gone: false, because: 'DNS did not say its address in time' };

const onceAtATime = <T>(ask: (name: string) => Promise<T>): ((name: string) => Promise<T>) => {
  const asking = new Map<string, Promise<T>>();
  return (name) => {
    const answer = asking.get(name) ?? ask(name).finally(() => asking.delete(name));
    asking.set(name, answer);
    return answer;
  };
};

const firstOf = async ({ system, direct }: Ways, name: string, directAfterMs: number): Promise<Found> => {
  const done = new AbortController();
  const asked = system(name).finally(() => done.abort());
  const besides = after(directAfterMs, done.signal).then(() => direct(name, done.signal));
  try {
    return { kind: 'addresses', addresses: await Promise.any([asked, besides]) };
  } catch (error) {
    return unknown(error instanceof AggregateError ? error.errors[0] : error);
  } finally {
    done.abort();
  }
};

/** Rejects where it is not needed any more. */
const after = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new Error('not needed'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });

const unknown = (error: unknown): Found => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ENOTFOUND')
    return { kind: 'unknown', gone: true, because: 'its name has no address in DNS: is it written right?' };
  const said = code === 'EAI_AGAIN' || !(error instanceof Error) ? '' : `: ${error.message}`;
  return { kind: 'unknown', gone: false, because: `DNS did not say its address${said}` };
};
