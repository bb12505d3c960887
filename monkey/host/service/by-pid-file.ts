/*
 * A service whose main process has its number in a file, and that somebody starts again when it ends.
 *
 * INVARIANTS
 * - One signal is sent, to the process that the file names at that moment; never to process 1, or to ourselves.
 * - A restart is proven by another process in the file: another number, or the same with another start.
 */
import { readFileSync } from 'node:fs';
import type { Clock } from '../../../pool/clock.ts';
import { messageOf } from '../../../pool/thrown.ts';
import { within } from '../../../pool/within.ts';
import type { Restarted, Service } from '../../doctor/ports/service.ts';
import { readIfThere } from '../proc/read.ts';
import { parseStat } from '../proc/stat.ts';

/** How often the file is looked at for the new process. */
const lookEveryMs = 100;

interface Filed {
  readonly pid: number;
  readonly startTicks: number;
}

export const filedService = (
  options: { readonly pidFile: string; readonly signal: NodeJS.Signals; readonly procRoot?: string },
  clock: Clock,
): Service => {
  const { pidFile, signal: name, procRoot = '/proc' } = options;

  const untilReplaced = async (old: Filed, signal: AbortSignal): Promise<Restarted> => {
    while (!signal.aborted) {
      await clock.sleep(lookEveryMs, signal);
      const now = processIn(pidFile, procRoot);
      if (typeof now !== 'string' && (now.pid !== old.pid || now.startTicks !== old.startTicks))
        return { kind: 'restarted', because: `process ${now.pid} runs in place of ${old.pid}` };
    }
    return { kind: 'unknown', because: 'stopped' };
  };

  return {
    restart: async (limits) => {
      if (limits.signal?.aborted === true || limits.deadlineMs <= 0)
        return { kind: 'failed', because: 'out of time, nothing was sent' };
      const old = processIn(pidFile, procRoot);
      if (typeof old === 'string') return { kind: 'failed', because: old };
      const obstacle = send(old.pid, name);
      if (obstacle !== undefined) return { kind: 'failed', because: obstacle };
      return within(limits, (signal) => untilReplaced(old, signal)).catch((error: unknown) => ({
        kind: 'unknown',
        because: `${name} was sent to process ${old.pid}, but no other has taken its place: ${messageOf(error)}`,
      }));
    },
  };
};

/** The process that the file names, or why there is none. */
const processIn = (pidFile: string, procRoot: string): Filed | string => {
  let text: string;
  try {
    text = readFileSync(pidFile, 'utf8');
  } catch (error) {
    return messageOf(error);
  }
  const [, digits] = /^\s*(\d+)\s*$/.exec(text) ?? [];
  if (digits === undefined) return `${pidFile} holds no process number`;
  const pid = Number(digits);
  if (pid <= 1 || pid === process.pid) return `${pidFile} names process ${pid}, which is no service`;
  const stat = readIfThere(`${procRoot}/${pid}/stat`);
  const found = stat === undefined ? undefined : parseStat(stat);
  // What has ended and was not waited for yet is in the table still.
  return found === undefined || found.state === 'Z'
    ? `process ${pid} of ${pidFile} is not running`
    : { pid, startTicks: found.startTicks };
};

/** Why it could not be sent. */
const send = (pid: number, name: NodeJS.Signals): string | undefined => {
  try {
    process.kill(pid, name);
    return undefined;
  } catch (error) {
    return `${name} could not be sent to process ${pid}: ${messageOf(error)}`;
  }
};
