import { messageOf } from '../../pool/thrown.ts';
import { within } from '../../pool/within.ts';
import type { ProbeKind } from './probe-kind.ts';
import { hostOf, portOf, tcpConnect } from './tcp.ts';

/** Ping gets this part of the time; the rest is for TCP. */
const pingPart = 0.4;

/**
 * The public address answers: an echo, or where none comes back (no ping here, not allowed, dropped on the way) a
 * connection to the node's port.
 */
export const address: ProbeKind<'address'> = {
  name: () => 'address',
  run: async ({ host }, url, { path, signal, deadlineMs }) => {
    const to = host ?? hostOf(url);
    const started = performance.now();
    const pinged = await pingFor(to, deadlineMs * pingPart, path, signal);
    if (pinged === undefined)
      return { ok: true, detail: `${to} answered a ping in ${Math.round(performance.now() - started)} ms` };
    const port = portOf(url);
    const ms = await tcpConnect(to, port, signal).catch((error: unknown) => {
      throw new Error(`${messageOf(error)} (${pinged})`, { cause: error });
    });
    return { ok: true, detail: `${to} accepted a connection to port ${port} in ${Math.round(ms)} ms (${pinged})` };
  },
};

/** Why there was no echo; undefined where there was one. */
const pingFor = async (
  to: string,
  withinMs: number,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const { ping } = await import('./ping.ts');
  try {
    const pinged = await within({ deadlineMs: withinMs, signal }, (ending) => ping(to, withinMs, path, ending));
    return pinged.kind === 'answered' ? undefined : pinged.because;
  } catch {
    return 'no echo';
  }
};
