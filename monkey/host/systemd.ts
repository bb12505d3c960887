/*
 * Tells systemd how a daemon is, by the program `systemd-notify`: Node has no unix datagram sockets.
 *
 * INVARIANTS
 * - Without NOTIFY_SOCKET nothing is ever started and every call is free.
 * - Never more than one systemd-notify at a time, each with a deadline, and for signs of life never more than one in
 *   half of the watchdog's time: a start of a process is what costs here.
 * - A message that cannot be delivered never harms the daemon: it is logged once.
 */
import { execFile } from 'node:child_process';
import { type Clock, systemClock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Notifier {
  /** The daemon serves. Resolves once systemd knows, or cannot be told. */
  readonly ready: () => Promise<void>;
  /** The daemon's main loop turns. Call it as often as it does; systemd hears of it as often as it needs. */
  readonly watchdog: () => void;
  /** The daemon has begun to stop. */
  readonly stopping: () => Promise<void>;
  /** One line for `systemctl status`; it travels with the next message. */
  readonly status: (text: string) => void;
}

const deliverWithinMs = 5_000;
/** Lines of a status are for a person's eye, and systemd takes no more than a datagram. */
const statusLength = 200;

/** `env` is the daemon's environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID are from sd_notify(3) and sd_watchdog_enabled(3). */
export const notifier = (env: Environment, log: Log, clock: Clock = systemClock): Notifier => {
  if (env['NOTIFY_SOCKET'] === undefined) return silent;
  const signOfLifeEveryMs = halfOfWatchdogMs(env);
  let queue = Promise.resolve();
  let waiting = 0;
  let nextSignMs = clock.monotonicMs();
  let text: string | undefined;
  let failed = false;

  const sendNow = async (message: string): Promise<void> => {
    const status = text === undefined ? [] : [`STATUS=${text}`];
    text = undefined;
    const error = await deliver(env, [message, ...status]);
    if (error !== undefined && !failed) log.warn('systemd-not-told', { message, error: error.message });
    failed = error !== undefined;
    waiting -= 1;
  };
  const send = (message: string): Promise<void> => {
    waiting += 1;
    queue = queue.then(() => sendNow(message));
    return queue;
  };

  return {
    ready: () => send('READY=1'),
    stopping: () => send('STOPPING=1'),
    watchdog: () => {
      const nowMs = clock.monotonicMs();
      if (signOfLifeEveryMs === undefined || waiting > 0 || nowMs < nextSignMs) return;
      nextSignMs = nowMs + signOfLifeEveryMs;
      void send('WATCHDOG=1');
    },
    status: (line) => {
      text = line.replaceAll(/\s+/g, ' ').slice(0, statusLength);
    },
  };
};

const silent: Notifier = {
  ready: async () => undefined,
  stopping: async () => undefined,
  watchdog: () => undefined,
  status: () => undefined,
};

/** sd_watchdog_enabled(3) advises half; without a watchdog, or where it is another process's, there is no need. */
const halfOfWatchdogMs = (env: Environment): number | undefined => {
  const watchdogMs = Number(env['WATCHDOG_USEC'] ?? Number.NaN) / 1_000;
  const ours = env['WATCHDOG_PID'] === undefined || env['WATCHDOG_PID'] === String(process.pid);
  return ours && watchdogMs > 0 ? watchdogMs / 2 : undefined;
};

const deliver = (env: Environment, messages: readonly string[]): Promise<Error | undefined> =>
  new Promise((resolve) => {
    const options = {
      env: { PATH: env['PATH'] ?? '/usr/bin:/bin', NOTIFY_SOCKET: env['NOTIFY_SOCKET'] },
      timeout: deliverWithinMs,
      killSignal: 'SIGKILL' as const,
    };
    execFile('systemd-notify', messages, options, (error) => resolve(error ?? undefined));
  });
