import type { Restarted, Service } from '../doctor/ports/service.ts';

/** A service that restarts as a test says. */
export interface FakeService extends Service {
  /** What comes of restarts from now on. */
  readonly answer: (next: Restarted) => void;
  /** Called within each restart. */
  onRestart: () => void;
  readonly restarts: () => number;
}

export const fakeService = (): FakeService => {
  let answer: Restarted = { kind: 'restarted', because: 'process 8 runs in place of 7' };
  let restarts = 0;
  const service: FakeService = {
    answer: (next) => {
      answer = next;
    },
    onRestart: () => undefined,
    restarts: () => restarts,
    restart: async ({ deadlineMs, signal }) => {
      if (deadlineMs <= 0 || signal?.aborted === true)
        return { kind: 'failed', because: 'out of time, nothing was sent' };
      restarts += 1;
      service.onRestart();
      return answer;
    },
  };
  return service;
};
