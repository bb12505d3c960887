/**
 * A flame graph as one SVG file that needs nothing else. Without script it is a picture with tooltips; with it one can
 * zoom, search and reset, by mouse and by keyboard.
 */
import { shown } from '../frame-names.ts';
import { escaped } from './escape.ts';
import { interaction } from './interaction.ts';
import type { Box, Layout } from './layout.ts';

export interface Look {
  readonly title: string;
  readonly subtitle: string;
  /** Pixels of the whole picture. */
  readonly width: number;
  readonly isDark: boolean;
  /** Callers on top, what they call below. */
  readonly isIcicle: boolean;
}

export interface Drawn {
  /** As people read it. */
  readonly label: string;
  readonly tooltip: string;
  /** `#rgb` or `#rrggbb`. */
  readonly fill: string;
}

export const padding = 10;
const top = 66;
const bottom = 40;
const rowHeight = 16;
/** Average width of a letter at 12 px, as flamegraph.pl has it: 0.59 of its height. */
const letterWidth = 7.08;

/** One graph of a picture; several stand below each other. */
export interface Panel {
  readonly heading: string;
  readonly layout: Layout;
  readonly draw: (box: Box) => Drawn;
}

export const writeSvg = (layout: Layout, look: Look, draw: (box: Box) => Drawn): string =>
  writePanels([{ heading: '', layout, draw }], look);

export const writePanels = (panels: readonly Panel[], look: Look): string => {
  let y = top;
  const graphs = panels.map((panel) => {
    const graph = graphOf(panel, y, look.isIcicle);
    y += heightOf(panel);
    return graph;
  });
  return [opening(look, y + bottom), ...graphs, '</g>\n', interaction(look.width - 2 * padding), '</svg>\n'].join('');
};

const headingHeight = 24;
const heightOf = ({ heading, layout }: Panel): number =>
  (layout.depth + 1) * rowHeight + (heading === '' ? 0 : headingHeight);

const graphOf = (panel: Panel, from: number, isIcicle: boolean): string => {
  const { heading, layout, draw } = panel;
  const first = heading === '' ? from : from + headingHeight;
  const yOf = ({ depth }: Box): number => first + (isIcicle ? depth : layout.depth - depth) * rowHeight;
  const said =
    heading === '' ? '' : `<text class="heading" x="${padding}" y="${first - 6}">${escaped(heading)}</text>\n`;
  return `<g class="graph">\n${said}${layout.boxes.map((box) => boxOf(box, yOf(box), draw(box))).join('')}</g>\n`;
};

const boxOf = (box: Box, y: number, { label, tooltip, fill }: Drawn): string => {
  const x = rounded(padding + box.x);
  const rect = `<rect x="${x}" y="${y}" width="${rounded(box.width)}" height="15" fill="${fill}"><title>${escaped(tooltip)}</title></rect>`;
  const text = fitting(label, box.width);
  return text === ''
    ? `${rect}\n`
    : `${rect}<text x="${rounded(padding + box.x + 3)}" y="${y + 11.5}">${escaped(text)}</text>\n`;
};

const rounded = (pixels: number): string => String(Math.round(pixels * 10) / 10 || 0.1);

/** As much of a label as fits, cut with two dots; nothing where three letters don't. */
const fitting = (label: string, width: number): string => {
  const room = Math.floor((width - 6) / letterWidth);
  if (room < 3) return '';
  return label.length <= room ? label : `${label.slice(0, room - 2)}..`;
};

const opening = ({ title, subtitle, width, isDark }: Look, height: number): string => {
  const [paper, ink, quiet] = isDark ? ['#15171a', '#e8e8e8', '#a8adb5'] : ['#fffdf6', '#111', '#555'];
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Verdana,DejaVu Sans,sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">
<style>#boxes rect{stroke:${paper};stroke-width:.4}#boxes rect:hover,#boxes rect:focus{stroke:${ink};stroke-width:1.2;outline:0}#boxes text{pointer-events:none;fill:#111}#boxes .heading{fill:${quiet}}.dim{opacity:.5}.found{fill:#d0f!important}.button{cursor:pointer;fill:${quiet}}.button:hover,.button:focus{fill:${ink}}</style>
<rect id="paper" width="100%" height="100%" fill="${paper}"/>
<text x="${width / 2}" y="24" text-anchor="middle" font-size="17" fill="${ink}">${escaped(title)}</text>
<text x="${width / 2}" y="42" text-anchor="middle" fill="${quiet}">${escaped(subtitle)}</text>
<text id="details" x="${padding}" y="${height - 16}" fill="${ink}"> </text>
<text id="matched" x="${width - padding}" y="${height - 16}" text-anchor="end" fill="${ink}"> </text>
<text id="reset" class="button" role="button" x="${padding}" y="24" visibility="hidden">Reset zoom</text>
<text id="search" class="button" role="button" x="${width - padding}" y="24" text-anchor="end" visibility="hidden">Search</text>
<g id="boxes" fill="#111">
`;
};

/** What a name says beyond that nobody reads in a picture. */
const longestLabel = 4_000;

/** A name as it stands in a picture: readable, and of a length that a tooltip can show. */
export const labelOf = (name: string): string => {
  const text = shown(name);
  return text.length <= longestLabel ? text : `${text.slice(0, longestLabel)}…`;
};
