import { createLogUpdate } from 'log-update';
import type { Io } from '../command.ts';
import { harmless } from '../print.ts';

/** How far a long reading has got, on a terminal only; gone without a trace once it ends. */
export interface Progress {
  readonly tell: (done: number, total: number) => void;
  readonly end: () => void;
}

/** What ends sooner is told nothing of. */
const quietMs = 500;
const everyMs = 200;

export const newProgress = ({ err, env }: Pick<Io, 'err' | 'env'>, source: string): Progress => {
  if (!err.isTTY || env['TERM'] === 'dumb') return { tell: () => undefined, end: () => undefined };
  const live = createLogUpdate(err, { showCursor: true });
  const startedMs = performance.now();
  let text = `asking ${harmless(source)} for its servers …`;
  let shown = false;
  const timer = setInterval(() => {
    if (performance.now() - startedMs < quietMs) return;
    shown = true;
    live(text);
  }, everyMs);
  return {
    tell: (done, total) => {
      text = `${done} of ${total} servers read …`;
    },
    end: () => {
      clearInterval(timer);
      if (shown) live.clear();
      shown = false;
    },
  };
};
