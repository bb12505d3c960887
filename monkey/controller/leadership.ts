/*
 * One controller leads, the others stand by.
 *
 * INVARIANTS
 * - Who leads holds a lease in the pool under a token that is new with each leadership; every write expects it.
 * - A leader believes in its lease only until `leaseMs` after the call began that took or renewed it, by its own
 *   monotonic clock: a process that was stopped for a while finds that out before it does anything more.
 * - The work of a leadership has ended before the next one begins.
 */
import { PoolAway } from '../../pool/store.ts';
import type { ControllerOptions, ControllerParts } from './parts.ts';
import { newSayOnce, type SayOnce } from './say-once.ts';

export interface Leadership {
  /** The fencing token. */
  readonly token: string;
  /** Monotonic time at which it began. */
  readonly sinceMs: number;
  /** How much longer the lease holds for certain; 0 from when it may have run out, or is to end. */
  readonly remainingMs: () => number;
  /** Aborted when the leadership ends, for whatever reason. */
  readonly signal: AbortSignal;
  /** What the pool is told with the next renewal: why notices wait (undefined: they do not). */
  readonly telling: Telling;
}

export interface Telling {
  trouble: string | undefined;
}

export const stands = (leadership: Leadership): boolean => leadership.remainingMs() > 0;

type Parts = Pick<ControllerParts, 'store' | 'clock' | 'log' | 'random' | 'newId'>;
type Options = Pick<ControllerOptions, 'id' | 'mode' | 'leaseMs' | 'poolDeadlineMs'>;

/** Seeks the lease until `stop` aborts, and runs `work` for as long as each leadership lasts; then lets the lease go. */
export const seekLeadership = async (
  options: Options,
  parts: Parts,
  work: (leadership: Leadership) => Promise<void>,
  stop: AbortSignal,
): Promise<void> => {
  const { clock, log, random, newId } = parts;
  const say = newSayOnce();
  while (!stop.aborted) {
    const token = newId();
    const answer = await ask({ options, parts, deadlineMs: options.poolDeadlineMs }, { token, trouble: undefined });
    if (answer.kind === 'ours') {
      say('leading', () => log.info('leading', { controller: options.id }));
      await reign({ options, parts, work, stop, say }, token, answer.untilMs);
    } else if (answer.kind === 'of-another') {
      say(`by ${answer.holder}`, () => log.info('standing-by', { controller: options.id, leader: answer.holder }));
    }
    // That the pool is away is said by the watch, once.
    await clock.sleep(renewEveryMs(options) * (0.75 + 0.5 * random()), stop);
  }
};

const renewEveryMs = ({ leaseMs }: Options): number => leaseMs * 0.3;

type LeaseAnswer =
  | { readonly kind: 'ours'; readonly untilMs: number }
  | { readonly kind: 'of-another'; readonly holder: string }
  | { readonly kind: 'unknown'; readonly because: string };

const ask = async (
  { options, parts, deadlineMs }: { readonly options: Options; readonly parts: Parts; readonly deadlineMs: number },
  { token, trouble }: { readonly token: string; readonly trouble: string | undefined },
): Promise<LeaseAnswer> => {
  const { store, clock } = parts;
  // Counted from before the call, so that our lease never seems to last longer than the one in the pool.
  const untilMs = clock.monotonicMs() + options.leaseMs;
  try {
    const told = trouble === undefined ? {} : { trouble };
    const wanted = { holder: options.id, token, mode: options.mode, forMs: options.leaseMs, ...told };
    const lease = await store.lease(wanted, { deadlineMs });
    return lease.token === token ? { kind: 'ours', untilMs } : { kind: 'of-another', holder: lease.holder };
  } catch (error) {
    if (!(error instanceof PoolAway)) throw error;
    return { kind: 'unknown', because: error.message };
  }
};

interface Realm {
  readonly options: Options;
  readonly parts: Parts;
  readonly work: (leadership: Leadership) => Promise<void>;
  readonly stop: AbortSignal;
  readonly say: SayOnce;
}

/** One leadership, from the lease taken to the lease lost or let go. */
const reign = async (realm: Realm, token: string, firstUntilMs: number): Promise<void> => {
  const { options, parts, work, stop } = realm;
  const { clock, log, store } = parts;
  const end = new AbortController();
  const lease = { untilMs: firstUntilMs };
  const telling: Telling = { trouble: undefined };
  const leadership: Leadership = {
    ...{ token, sinceMs: clock.monotonicMs(), signal: end.signal, telling },
    remainingMs: () => (end.signal.aborted ? 0 : Math.max(0, lease.untilMs - clock.monotonicMs())),
  };
  const working = work(leadership)
    .catch((error: unknown) => log.error('leadership-failed', { because: String(error) }))
    .finally(() => end.abort());
  const because = await renewUntilLost(realm, { token, telling }, lease, AbortSignal.any([stop, end.signal]));
  end.abort();
  await working;
  if (because !== undefined) realm.say(because, () => log.warn('leadership-lost', { controller: options.id, because }));
  // What has run out is another's by now, or nobody's.
  if (lease.untilMs > clock.monotonicMs())
    await store.releaseLease(token, { deadlineMs: options.poolDeadlineMs }).catch(() => undefined);
};

/** Renews in time until that fails; says why, or undefined where the leadership was ended by us. */
const renewUntilLost = async (
  { options, parts, stop }: Realm,
  { token, telling }: Pick<Leadership, 'token' | 'telling'>,
  lease: { untilMs: number },
  ended: AbortSignal,
): Promise<string | undefined> => {
  const { clock, log } = parts;
  const sayAway = newSayOnce();
  const renewAtMs = (): number => lease.untilMs - options.leaseMs + renewEveryMs(options);
  let nextMs = renewAtMs();
  for (;;) {
    await clock.sleep(Math.max(0, Math.min(nextMs, lease.untilMs) - clock.monotonicMs()), ended);
    if (stop.aborted) return undefined;
    const remainingMs = lease.untilMs - clock.monotonicMs();
    if (remainingMs <= 0) return 'the lease ran out before it could be renewed';
    if (ended.aborted) return 'the pool took no more writes under this lease';
    const deadlineMs = Math.min(remainingMs, options.poolDeadlineMs);
    const answer = await ask({ options, parts, deadlineMs }, { token, trouble: telling.trouble });
    if (answer.kind === 'of-another') return `${answer.holder} leads`;
    if (answer.kind === 'ours') lease.untilMs = answer.untilMs;
    else sayAway(answer.because, () => log.warn('lease-not-renewed', { because: answer.because }));
    nextMs = answer.kind === 'ours' ? renewAtMs() : clock.monotonicMs() + renewEveryMs(options) / 4;
  }
};
