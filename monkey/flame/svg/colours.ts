/** What colour a frame has: the same for the same name, in every picture. */

export const palettes = ['hot', 'mem', 'io', 'js'] as const;
export type Palette = (typeof palettes)[number];

/** Red, green and blue, each the least and how much more it may be. */
type Range = readonly [number, number, number, number, number, number];

const ranges = {
  hot: [205, 50, 100, 130, 0, 55],
  mem: [0, 0, 190, 50, 80, 130],
  io: [110, 60, 130, 60, 190, 55],
  green: [90, 60, 200, 50, 90, 60],
  aqua: [80, 60, 190, 45, 190, 45],
  yellow: [200, 40, 190, 40, 70, 30],
  orange: [225, 30, 140, 40, 50, 30],
  red: [235, 20, 110, 60, 100, 60],
} as const satisfies Readonly<Record<string, Range>>;

/** `#rgb`: enough to tell frames apart, and a third of the room. All are light enough for black letters (WCAG 2 AA). */
export const colourOf = (name: string, palette: Palette): string => {
  const range: Range = ranges[palette === 'js' ? kindOfCode(name) : palette];
  const hash = hashOf(name);
  const [red, redMore, green, greenMore, blue, blueMore] = range;
  return `#${digit(red + redMore * hash)}${digit(green + greenMore * hash)}${digit(blue + blueMore * hash)}`;
};

const digit = (value: number): string => Math.round(value / 17).toString(16);

/**
 * Own code is green, what the runtime brings in JavaScript is aqua, C++ is yellow, the kernel orange, the rest of the
 * system red. By the file in the name, and by the marks that perf maps and `--jit`, `--kernel` leave.
 */
const kindOfCode = (name: string): 'green' | 'aqua' | 'yellow' | 'orange' | 'red' => {
  if (name.endsWith('_[k]')) return 'orange';
  if (/ node:|^node:internal|^Builtins?[:_]|^RegExp:|^\((?:garbage collector|program|anonymous)\)$/.test(name))
    return 'aqua';
  if (/\.[cm]?[jt]sx?(?::|$)|^JS:|_\[j\]$|\/node_modules\//.test(name)) return 'green';
  return name.includes('::') ? 'yellow' : 'red';
};

/** FNV-1a, as a share of 1: http://www.isthe.com/chongo/tech/comp/fnv/ */
const hashOf = (name: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return (hash >>> 0) / 0xffffffff;
};
