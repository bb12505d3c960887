import { runProgram } from './run-program.ts';

export type Pinged =
  | { readonly kind: 'answered'; readonly because: string }
  /** Absent, not permitted or not answered: that proves nothing, as many networks drop echo requests. */
  | { readonly kind: 'no-answer'; readonly because: string };

/** A host name or an address, and nothing that a program could take for an option. */
const host = /^[A-Za-z0-9][A-Za-z0-9.:_%-]*$/;

/** Sends one ICMP echo request with the system's `ping`, which may do so where we may not. */
export const ping = async (to: string, withinMs: number, path: string, signal: AbortSignal): Promise<Pinged> => {
  if (!host.test(to) && !to.startsWith('::')) return { kind: 'no-answer', because: `${JSON.stringify(to)} is no host` };
  const seconds = Math.max(1, Math.ceil(withinMs / 1_000));
  const ended = await runProgram(['ping', '-n', '-q', '-c', '1', '-W', String(seconds), '--', to], path, signal);
  if (ended.kind === 'not-started') return { kind: 'no-answer', because: 'there is no ping here' };
  if (ended.kind === 'exited' && ended.code === 0) return { kind: 'answered', because: ended.lastLine };
  return {
    kind: 'no-answer',
    because: ended.kind === 'exited' && ended.code === 1 ? 'no echo' : 'ping is not allowed',
  };
};
