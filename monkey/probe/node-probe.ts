import type { Limits } from '../../pool/store.ts';
import { messageOf } from '../../pool/thrown.ts';
import { within } from '../../pool/within.ts';
import type { Probe } from '../doctor/ports/probe.ts';
import type { CheckKind, OrderOf, ProbeContext, ProbeKind, Seen } from './probe-kind.ts';

export interface NodeProbeOptions {
  /** Programs that a `command` check may run here, by name: program and arguments. */
  readonly commands?: Readonly<Record<string, readonly string[]>>;
  /** Where programs are looked for, if not in the usual places. */
  readonly path?: string;
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs checks against nodes over the network and, for `command`, on this machine. */
export const nodeProbe = ({ commands = {}, path = usualPath }: NodeProbeOptions = {}): Probe => ({
  check: async (order, target, limits) => {
    const started = performance.now();
    const url = urlOf(target.url);
    const { name, seen } =
      url === undefined
        ? { name: order.kind, seen: { ok: false, detail: `${JSON.stringify(target.url)} is no URL` } }
        : await tryOnce(order, url, { commands, path }, limits);
    return { name, ...seen, ms: performance.now() - started };
  },
});

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const tryOnce = async <K extends CheckKind>(
  order: OrderOf<K>,
  url: URL,
  own: Pick<ProbeContext, 'commands' | 'path'>,
  limits: Limits,
): Promise<{ readonly name: string; readonly seen: Seen }> => {
  // An HTTP client is loaded when the first check is run, not when an agent starts.
  const { probes } = await import('./probes.ts');
  const probe: ProbeKind<K> = probes[order.kind];
  const run = (signal: AbortSignal): Promise<Seen> =>
    probe.run(order, url, { ...own, signal, deadlineMs: limits.deadlineMs });
  return { name: probe.name(order, url), seen: await within(limits, run).catch(failed) };
};

const failed = (error: unknown): Seen => ({
  ok: false,
  detail: messageOf(error),
});
