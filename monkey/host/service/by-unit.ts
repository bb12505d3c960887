/*
 * A service that systemd runs, restarted by `systemctl`.
 *
 * INVARIANTS
 * - No shell, no input, and nobody is asked for a password: where the agent may not, that is said.
 * - A restart is proven by another invocation of the unit, not by systemctl's word.
 */
import { execFile } from 'node:child_process';
import { messageOf } from '../../../pool/thrown.ts';
import { within } from '../../../pool/within.ts';
import type { Restarted, Service } from '../../doctor/ports/service.ts';

/** Of what systemctl says, the first words are for people. */
const wordsAtMost = 300;

export const systemdService = ({
  unit,
  systemctl = 'systemctl',
}: {
  readonly unit: string;
  readonly systemctl?: string;
}): Service => {
  const ask = (args: readonly string[], signal: AbortSignal): Promise<Ran> => run(systemctl, args, signal);

  /** Identifies one run of the unit, and is empty where it does not run; see systemd.exec(5), INVOCATION_ID. */
  const invocation = async (signal: AbortSignal): Promise<string> => {
    const ran = await ask(['show', '--property=InvocationID', '--value', '--', unit], signal);
    if (ran.kind === 'failed') throw new Error(`the unit ${unit} could not be looked at: ${ran.because}`);
    return ran.output.trim();
  };

  const restart = async (signal: AbortSignal, sent: () => void): Promise<Restarted> => {
    const before = await invocation(signal);
    sent();
    const ran = await ask(['--no-ask-password', 'restart', '--', unit], signal);
    if (ran.kind === 'failed') return { kind: 'failed', because: `systemctl restart ${unit}: ${ran.because}` };
    const after = await invocation(signal);
    return after !== '' && after !== before
      ? { kind: 'restarted', because: `${unit} was started anew by systemd` }
      : { kind: 'failed', because: `systemd says that ${unit} was restarted, but it is the same invocation` };
  };

  return {
    restart: async (limits) => {
      let wasSent = false;
      const sent = (): void => {
        wasSent = true;
      };
      return within(limits, (signal) => restart(signal, sent)).catch((error: unknown) => ({
        kind: wasSent ? 'unknown' : 'failed',
        because: `restart of ${unit}: ${messageOf(error)}`,
      }));
    },
  };
};

type Ran = { readonly kind: 'done'; readonly output: string } | { readonly kind: 'failed'; readonly because: string };

/** Runs systemctl to its end. Rejects where the signal ended it. */
const run = (program: string, args: readonly string[], signal: AbortSignal): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, signal, killSignal: 'SIGKILL' as const };
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve({ kind: 'done', output: stdout });
      else if (signal.aborted) reject(new Error(error.message, { cause: error }));
      else resolve({ kind: 'failed', because: (stderr.trim() || error.message).slice(0, wordsAtMost) });
    });
  });
