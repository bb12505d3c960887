import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import type { Captured, NotCaptured, ProfileAsk, Profiler } from '../doctor/ports/profiler.ts';

/** How it behaves: `hangs`: it hears neither the deadline nor the signal, whatever the port promises. */
type Behaviour = 'well' | 'throws' | 'hangs' | NotCaptured;

export interface FakeProfiler extends Profiler {
  readonly asked: readonly ProfileAsk[];
  readonly shows: (stacks: Readonly<Record<string, number>>) => void;
  readonly behave: (how: Behaviour) => void;
  /** An inspector is open for so long yet; then `left` may be. */
  readonly owe: (ms: number, ...left: readonly string[]) => void;
}

/** A profiler that sees what a test has laid out, and takes as long as it was asked to. */
export const fakeProfiler = (clock: Pick<Clock, 'sleep' | 'monotonicMs'>): FakeProfiler => {
  const asked: ProfileAsk[] = [];
  let stacks: Captured['stacks'] = new Map([['main /srv/app/main.js:1:1', 1]]);
  let how: Behaviour = 'well';
  let owed: { readonly ms: number; readonly left: readonly string[] } = { ms: 0, left: [] };
  return {
    asked,
    owe: (ms, ...left) => {
      owed = { ms, left };
    },
    settled: async () => {
      await clock.sleep(owed.ms);
      return owed.left;
    },
    shows: (shown) => {
      stacks = new Map(Object.entries(shown));
    },
    behave: (next) => {
      how = next;
    },
    capture: async (ask, { deadlineMs, signal }: Limits) => {
      asked.push(ask);
      if (how === 'throws') throw new Error('the profiler has a bug');
      if (how === 'hangs') await new Promise(() => undefined);
      if (typeof how === 'object') return how;
      const beganMs = clock.monotonicMs();
      await clock.sleep(Math.min(ask.seconds * 1_000, deadlineMs), signal);
      const seconds = (clock.monotonicMs() - beganMs) / 1_000;
      const captured = { kind: 'captured', by: 'inspector', of: 'node app.js (pid 7)', hz: ask.hz, stacks } as const;
      return seconds < ask.seconds ? { ...captured, seconds, cut: 'it was told to end' } : { ...captured, seconds };
    },
  };
};
