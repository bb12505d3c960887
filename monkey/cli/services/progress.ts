import { createLogUpdate } from 'log-update';
import type { Io } from '../command.ts';
import { harmless } from '../print.ts';

/** How far a long reading has got, on a terminal only; gone without a trace once it ends. */
export interface Progress {
  readonly tell: (done: number, total: number) => void;
  readonly end: () => void;
}

export interface ProgressWords {
  /** Until the first has answered: `asking http://… for its servers …`. */
  readonly begin: string;
  /** `servers read`. */
  readonly read: string;
  /** What ends sooner is told nothing of. */
  readonly quietMs?: number;
}

const everyMs = 200;

export const newProgress = (
  { err, env }: Pick<Io, 'err' | 'env'>,
  { begin, read, quietMs = 500 }: ProgressWords,
): Progress => {
  if (!err.isTTY || env['TERM'] === 'dumb') return { tell: () => undefined, end: () => undefined };
  const live = createLogUpdate(err, { showCursor: true });
  const startedMs = performance.now();
  let text = harmless(begin);
  let shown = false;
  const timer = setInterval(() => {
    if (performance.now() - startedMs < quietMs) return;
    shown = true;
    live(text);
  }, everyMs);
  return {
    tell: (done, total) => {
      text = `${done} of ${total} ${read} …`;
    },
    end: () => {
      clearInterval(timer);
      if (shown) live.clear();
      shown = false;
    },
  };
};
