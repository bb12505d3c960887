/*
 * A process that can be killed and stopped at any port call.
 *
 * INVARIANTS
 * - Whoever is dead calls nothing any more, and hears nothing of what it had called.
 * - Whoever is stopped (SIGSTOP) neither calls nor hears until it goes on; time passes for it all the same.
 */
import type { InstanceState } from '../../monkey/doctor/ports/power.ts';
import type { Clock } from '../../pool/clock.ts';
import type { Token } from '../../pool/record.ts';
import type { PoolView } from '../../pool/view.ts';
import type { Call, Strike } from './schedule.ts';

export type Role = 'agent' | 'controller' | 'proxy' | 'person';

export interface Life {
  readonly name: string;
  readonly role: Role;
  /** The node of an agent. */
  readonly node: string | undefined;
  readonly alive: () => boolean;
  readonly kill: () => void;
  readonly stopFor: (ms: number) => void;
  readonly isStopped: () => boolean;
  /** Resolves once it may run. */
  readonly goesOn: () => Promise<void>;
  /** What it was told last, for the laws to look at. */
  readonly told: Told;
  /** Aborted when it is killed. */
  readonly death: AbortSignal;
}

/** Times are of the simulation's own clock. */
export interface Told {
  view: { readonly view: PoolView; readonly atMs: number } | undefined;
  /** CPU share; undefined: it could not be measured. */
  cpu: { readonly share: number | undefined; readonly atMs: number } | undefined;
  /** Whether the last measurement saw a leak. */
  leaks: boolean;
  /** What EC2 said of its machine. */
  instance: { readonly state: InstanceState; readonly atMs: number } | undefined;
  /** Token of the last intent to reboot that it committed. */
  intent: Token | undefined;
  /** Newest result of each check. */
  readonly checks: Map<string, { readonly ok: boolean; readonly atMs: number }>;
}

export const newLife = (name: string, role: Role, node: string | undefined, clock: Clock): Life => {
  const death = new AbortController();
  let goesOnAtMs = 0;
  return {
    ...{ name, role, node, death: death.signal },
    told: { view: undefined, cpu: undefined, leaks: false, instance: undefined, intent: undefined, checks: new Map() },
    alive: () => !death.signal.aborted,
    kill: () => death.abort(),
    stopFor: (ms) => {
      goesOnAtMs = Math.max(goesOnAtMs, clock.monotonicMs() + ms);
    },
    isStopped: () => goesOnAtMs > clock.monotonicMs(),
    goesOn: () => clock.sleep(goesOnAtMs - clock.monotonicMs()),
  };
};

/** Nothing that is dead ever goes on. */
const never = (): Promise<never> => new Promise(() => undefined);

/** Returns only to the living, and only while they run. */
const backIn = async <T>(life: Life, value: T): Promise<T> => {
  while (life.isStopped()) await life.goesOn();
  return life.alive() ? value : never();
};

/** What strikes at this call, if anything does; each strikes once. */
export type Strikes = (life: Life, call: Call) => Strike | undefined;

/**
 * Makes a call as this process does. A strike that kills or stops the process does so before the call is sent, or
 * before its reply is heard; one that loses or delays the message is for `act` to carry out.
 */
export const callAs = async <T>(
  life: Life,
  call: Call,
  strikes: Strikes,
  act: (strike: Strike | undefined) => Promise<T>,
): Promise<T> => {
  if (!life.alive()) return never();
  const strike = strikes(life, call);
  if (strike?.at === 'sending') hit(life, strike);
  if (!mayRun(life)) await backIn(life, undefined);
  try {
    const value = await act(strike);
    if (strike?.at === 'reply') hit(life, strike);
    return mayRun(life) ? value : await backIn(life, value);
  } catch (error) {
    if (!mayRun(life)) await backIn(life, undefined);
    throw error;
  }
};

const mayRun = (life: Life): boolean => life.alive() && !life.isStopped();

const hit = (life: Life, { what, ms }: Strike): void => {
  if (what === 'kill') life.kill();
  if (what === 'stop') life.stopFor(ms);
};

/** A clock by which only the living and running wake. */
export const clockOf = (life: Life, clock: Clock): Clock => ({
  monotonicMs: clock.monotonicMs,
  sleep: async (ms, signal) => {
    if (!life.alive()) return never();
    await clock.sleep(ms, signal);
    return mayRun(life) ? undefined : backIn(life, undefined);
  },
});
