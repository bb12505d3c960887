/** Clients that go away in the middle of an answer of 1 MiB, or before it begins; every other one on the slow path. */
import { Agent, get } from 'node:http';
import { blanks } from '../proxy/slow-path.ts';

export interface Aborting {
  /** Resolves with how many were sent once all have ended. */
  readonly stop: () => Promise<number>;
}

/** After so many milliseconds they leave, in turn. */
const leaveAfterMs = [0, 1, 2, 5, 10, 20] as const;

export const startAborting = (url: string, perSecond: number): Aborting => {
  const agent = new Agent();
  let sent = 0;
  let open = 0;
  let idle: (() => void) | undefined;
  const once = (): void => {
    const afterMs = leaveAfterMs[sent % leaveAfterMs.length] ?? 0;
    sent += 1;
    open += 1;
    const headers = sent % 2 === 0 ? blanks : {};
    const request = get(url, { agent, headers }, (answer) => answer.resume());
    request.on('error', () => undefined);
    request.once('close', () => {
      open -= 1;
      if (open === 0) idle?.();
    });
    setTimeout(() => request.destroy(), afterMs);
  };
  const timer = setInterval(once, 1_000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      if (open > 0) await new Promise<void>((resolve) => (idle = resolve));
      agent.destroy();
      return sent;
    },
  };
};
