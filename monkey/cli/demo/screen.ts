import { createLogUpdate } from 'log-update';
import type { Io } from '../command.ts';
import { frame, type Paint, type Scene } from './frame.ts';

/** Where the demo shows itself: redrawn in place on a terminal, as plain lines elsewhere. */
export interface Screen {
  /** One thing that happened; on a terminal the live view shows it. */
  readonly tell: (text: string) => void;
  /** Draws the scene again and again until the function returned is called. */
  readonly draw: (scene: () => Scene) => () => void;
  readonly close: () => void;
}

const framesEveryMs = 250;

export const newScreen = ({ err, env }: Pick<Io, 'err' | 'env'>): Screen => {
  if (!err.isTTY || env['TERM'] === 'dumb') {
    const startedMs = performance.now();
    return {
      tell: (text) =>
        void err.write(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${text}\n`),
      draw: () => () => undefined,
      close: () => undefined,
    };
  }
  const update = createLogUpdate(err, { showCursor: false });
  const paint = env['NO_COLOR'] === undefined || env['NO_COLOR'] === '' ? colours : plain;
  let drawing = false;
  return {
    tell: (text) => {
      if (!drawing) update(paint.dim(`${text} …`));
    },
    draw: (scene) => {
      drawing = true;
      const show = (): void => update(frame(scene(), err.columns, err.rows, paint).join('\n'));
      const timer = setInterval(show, framesEveryMs);
      return () => {
        clearInterval(timer);
        show();
        drawing = false;
      };
    },
    close: () => update.done(),
  };
};

const plain: Paint = { dim: (text) => text, bold: (text) => text, bad: (text) => text, state: (_state, text) => text };

const code =
  (start: number) =>
  (text: string): string =>
    `\u001B[${String(start)}m${text}\u001B[0m`;

const stateColours: Readonly<Record<string, number>> = {
  serving: 32,
  checking: 36,
  draining: 33,
  rebooting: 35,
  quarantined: 31,
  lost: 31,
  held: 34,
};

const colours: Paint = {
  dim: code(2),
  bold: code(1),
  bad: code(31),
  state: (state, text) => code(stateColours[state] ?? 37)(text),
};
