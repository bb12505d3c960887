/** The picture of one profile. */
import type { Profile } from '../profile.ts';
import type { StackTree } from '../stack-tree.ts';
import { colourOf, type Palette } from './colours.ts';
import { type Drawn, type Look, labelOf, padding, writeSvg } from './document.ts';
import { type Box, type Layout, layOut } from './layout.ts';

export interface FlameLook extends Look {
  readonly palette: Palette;
  /** Narrower boxes are left out, in pixels; nothing for the default. */
  readonly minWidth: number | undefined;
  /** What is counted, where the profile doesn't say better. */
  readonly countName: string;
}

/** flamegraph.pl's. */
const defaultMinWidth = 0.1;
/** What a file takes that is still opened at once everywhere: so many boxes of about a hundred bytes. */
const mostBytes = 1_000_000;

/** Draws a profile as a standalone SVG. Its boxes and their titles are those of flamegraph.pl. */
export const flameGraph = ({ tree }: Profile, look: FlameLook): string => {
  const totals = tree.totals();
  const draw = drawer(tree, totals, look);
  const wide = look.width - 2 * padding;
  if (look.minWidth !== undefined) return writeSvg(layOut(tree, totals, wide, look.minWidth), look, draw);
  return writeWithin(mostBytes, (minWidth) => layOut(tree, totals, wide, minWidth), look, draw);
};

/** Draws all that the default shows; where that file would be too big, the narrowest boxes go, and the picture says so. */
const writeWithin = (
  most: number,
  lay: (minWidth: number) => Layout,
  look: Look,
  draw: (box: Box) => Drawn,
): string => {
  let minWidth = defaultMinWidth;
  let svg = writeSvg(lay(minWidth), look, draw);
  while (Buffer.byteLength(svg) > most && minWidth < 4) {
    minWidth = Math.round(minWidth * 15) / 10;
    const note = `frames under ${minWidth} px are left out; --minwidth draws them`;
    const subtitle = look.subtitle === '' ? note : `${look.subtitle} · ${note}`;
    svg = writeSvg(lay(minWidth), { ...look, subtitle }, draw);
  }
  return svg;
};

const drawer = (tree: StackTree, totals: Float64Array, look: FlameLook): ((box: Box) => Drawn) => {
  const total = totals[0] ?? 0;
  return ({ node }) => {
    const value = totals[node] ?? 0;
    if (node === 0) return { label: 'all', tooltip: `all (${grouped(value)} ${look.countName}, 100%)`, fill: '#ccc' };
    const name = tree.name(node);
    const label = labelOf(name.replace(/_\[[kwij]\]$/, ''));
    const share = ((100 * value) / total).toFixed(2);
    return {
      label,
      tooltip: `${label} (${grouped(value)} ${look.countName}, ${share}%)`,
      fill: colourOf(name, look.palette),
    };
  };
};

const grouped = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
