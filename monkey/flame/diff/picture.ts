/**
 * The picture of a difference: red grew, blue shrank, white is the same; what may be sampling noise is pale. What vanished
 * has no width where widths say how it is after: it gets a graph of its own below, as wide as it was before.
 */
import { type Drawn, type Look, labelOf, type Panel, padding, writePanels } from '../svg/document.ts';
import { type Box, layOut } from '../svg/layout.ts';
import { changeInWords } from './answer.ts';
import type { Change, Difference, FrameDifference } from './difference.ts';

export const widths = ['after', 'before', 'both'] as const;
export type Widths = (typeof widths)[number];

export interface DifferenceLook extends Look {
  readonly widths: Widths;
  /** Narrower boxes are left out, in pixels. */
  readonly minWidth: number;
}

export const pictureOf = (difference: Difference, look: DifferenceLook): string => {
  const { tree, frames } = difference;
  const draw = (box: Box): Drawn => drawn(frames[box.node], labelOf(tree.name(box.node)));
  const panel = (heading: string, shareOf: (frame: FrameDifference) => number): Panel => ({
    heading,
    layout: layOut(tree, Float64Array.from(frames, shareOf), look.width - 2 * padding, look.minWidth),
    draw,
  });
  const before = panel('Before', (frame) => frame.before);
  const after = panel('After', (frame) => frame.after);
  if (look.widths === 'before') return writePanels([before], look);
  if (look.widths === 'both') return writePanels([before, after], look);
  const gone = goneOf(difference);
  const main = { ...after, heading: gone === undefined ? '' : after.heading };
  if (gone === undefined) return writePanels([main], look);
  const vanished = panel(`Vanished: ${percent(gone[0] ?? 0)} of before`, ({ node }) => gone[node] ?? 0);
  return writePanels([main, vanished], look);
};

/** For each frame, how much of it vanished: whole frames that are no more, and what led to them. */
const goneOf = ({ tree, frames }: Difference): Float64Array | undefined => {
  const gone = Float64Array.from(frames, ({ after, selfBefore }) => (after === 0 ? selfBefore : 0));
  for (let node = tree.size - 1; node > 0; node -= 1) {
    const parent = tree.parent(node);
    gone[parent] = (gone[parent] ?? 0) + (gone[node] ?? 0);
  }
  return (gone[0] ?? 0) > 0 ? gone : undefined;
};

const drawn = (frame: FrameDifference | undefined, name: string): Drawn => {
  if (frame === undefined) return { label: name, tooltip: name, fill: '#fff' };
  const label = frame.node === 0 ? 'all' : name;
  const { before, after, change, selfBefore, selfAfter, selfChange, isSignificant } = frame;
  const whole = `${percent(before)} → ${percent(after)}, ${changeInWords(change)}`;
  const self =
    selfBefore + selfAfter === 0
      ? ''
      : `; self ${percent(selfBefore)} → ${percent(selfAfter)}, ${changeInWords(selfChange)}`;
  const noise = change === 0 || isSignificant ? '' : '; within sampling noise';
  return { label, tooltip: `${label} (${whole}${self}${noise})`, fill: fillOf(change, isSignificant) };
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Full colour at double or half; red and blue that people who don't see red from green tell apart as well. */
const fillOf = (change: Change, isSignificant: boolean): string => {
  if (change === 0) return '#ffffff';
  const grew = change === 'new' || change > 0;
  const folds = change === 'new' || change === -1 ? 1 : Math.min(1, Math.abs(Math.log2(1 + change)));
  const strength = isSignificant ? 0.25 + 0.75 * folds : 0.12;
  const less = Math.round(255 - 165 * strength);
  return grew ? hex(255, less, less) : hex(less, Math.round((255 + less) / 2), 255);
};

const hex = (...channels: readonly number[]): string =>
  `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
