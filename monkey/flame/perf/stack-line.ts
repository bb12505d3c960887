/*
 * What a line of `perf script` says, judged exactly as stackcollapse-perf.pl judges it.
 *
 * Texts are byte strings (one character a byte), so that what is not UTF-8 arrives as it came. Perl's `\s` and `\w`
 * know ASCII alone in them, where JavaScript's would take a no-break space for a space. Lines are scanned by hand,
 * because its regular expressions need time that grows with the square of a hostile line's length, or worse.
 */

export interface FoldOptions {
  /** `comm-pid` in place of `comm`. */
  readonly pid: boolean;
  /** `comm-pid/tid` in place of `comm`. */
  readonly tid: boolean;
  /** Kernel functions end in `_[k]`. */
  readonly kernel: boolean;
  /** Functions of a perf map end in `_[j]`. */
  readonly jit: boolean;
  /** Where there is no symbol, the address is told. */
  readonly addrs: boolean;
  /** The one event that counts; without it, the first that is met. */
  readonly event: string | undefined;
  /** Names the functions at an address, outermost first, inlined ones among them; none where it can't tell. */
  readonly inline: ((address: string, module: string) => readonly string[]) | undefined;
}

export const plainFold: FoldOptions = {
  pid: false,
  tid: false,
  kernel: false,
  jit: false,
  addrs: false,
  event: undefined,
  inline: undefined,
};

/** Space as Perl's `\s` knows it in a byte string. */
const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isWordCharacter = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;

/** The end of a run of characters that begins at `from`. */
const skip = (line: string, from: number, is: (code: number) => boolean): number => {
  let at = from;
  while (at < line.length && is(line.charCodeAt(at))) at += 1;
  return at;
};

/** The beginning of a run of characters that ends before `to`. */
const skipBack = (line: string, to: number, is: (code: number) => boolean): number => {
  let at = to;
  while (at > 0 && is(line.charCodeAt(at - 1))) at -= 1;
  return at;
};

export interface SampleStart {
  readonly comm: string;
  readonly pid: string;
  readonly tid: string;
  readonly event: string | undefined;
  /** How much the sample counts: the period of its event, or 1. */
  readonly period: number;
}

const numbers = /[ \t\n\v\f\r]+(\d+)\/*(\d+)?[ \t\n\v\f\r]/y;

/** Reads the line that a sample begins with: `COMM PID[/TID] … PERIOD EVENT:`; nothing where it is none. */
export const readSampleStart = (line: string): SampleStart | undefined => {
  if (line === '' || isSpace(line.charCodeAt(0))) return undefined;
  // A command may have spaces in it, and numbers: the first number with space on both sides is the process.
  for (let at = 2; at < line.length; at = skip(line, skip(line, at, isSpace), (code) => !isSpace(code))) {
    numbers.lastIndex = at;
    const match = numbers.exec(line);
    if (match === null) continue;
    const [, first = '', second] = match;
    const hasBoth = second !== undefined && second !== '0';
    const ids = hasBoth ? { pid: first, tid: second } : { pid: '?', tid: first };
    return { comm: line.slice(0, at), ...ids, ...readEvent(line) };
  }
  return undefined;
};

/** Reads `: PERIOD EVENT:` at the end of a line. */
const readEvent = (line: string): { readonly event: string | undefined; readonly period: number } => {
  const none = { event: undefined, period: 1 };
  const end = skipBack(line, line.length, isSpace) - 1;
  if (end < 0 || line[end] !== ':') return none;
  const start = skipBack(line, end, (code) => !isSpace(code));
  const gap = skipBack(line, start, isSpace);
  if (start === end || gap === start) return none;
  const digits = skipBack(line, gap, isDigit);
  const colon = skipBack(line, digits, isSpace) - 1;
  if (colon < 0 || line[colon] !== ':') return none;
  const period = Number(line.slice(digits, gap));
  return { event: line.slice(start, end), period: period === 0 ? 1 : period };
};

/** What the bottom of a sample's stack is called. */
export const processName = ({ comm, pid, tid }: SampleStart, options: FoldOptions): string => {
  const name = options.tid ? `${comm}-${pid}/${tid}` : options.pid ? `${comm}-${pid}` : comm;
  return name.replaceAll(' ', '_');
};

export interface StackLine {
  readonly address: string;
  readonly symbol: string;
  readonly module: string;
}

/** Reads `ADDRESS SYMBOL (MODULE)`: the module is in the last parentheses that have a space before them. */
export const readStackLine = (line: string): StackLine | undefined => {
  const start = skip(line, 0, isSpace);
  const close = line.lastIndexOf(')');
  const open = close < 2 ? -1 : line.lastIndexOf(' (', close - 2);
  const addressEnd = skip(line, start, isWordCharacter);
  // A symbol has a character at least, if need be of the address.
  const symbol = Math.min(skip(line, addressEnd, isSpace), open - 1);
  if (open < 0 || symbol <= start || addressEnd === start) return undefined;
  return {
    address: line.slice(start, Math.min(addressEnd, symbol)),
    symbol: line.slice(symbol, open),
    module: line.slice(open + 2, close),
  };
};

/** The frames of one line, outermost first: several where perf told of inlined ones, none where it is the process's name. */
export const framesOf = (line: StackLine, process: string, options: FoldOptions): readonly string[] => {
  const inlined = inlinedAt(line, options);
  if (inlined.length > 0) return inlined;
  const symbol = line.symbol.replace(/\+0x[\da-f]+$/, '');
  if (symbol.startsWith('(')) return [];
  const frames: string[] = [];
  for (const name of splitAsPerl(symbol)) {
    const tidy = tidied(name === '[unknown]' ? nameOfUnknown(line, options) : name, process);
    frames.push(tidy + markOf(line, frames.length > 0, options));
  }
  return frames;
};

/** Perf maps, the kernel and what has no file hold nothing that could tell of inlined functions. */
const withoutSymbols = /perf-\d+.map|kernel\.|\[[^\]]+\]/;

const inlinedAt = ({ address, module }: StackLine, { inline }: FoldOptions): readonly string[] =>
  inline === undefined || withoutSymbols.test(module) ? [] : inline(address, module);

/** Perl's split leaves out the empty fields at the end. */
const splitAsPerl = (symbol: string): readonly string[] => {
  const parts = symbol.split('->');
  while (parts.at(-1) === '') parts.pop();
  return parts;
};

const nameOfUnknown = ({ address, module }: StackLine, { addrs }: FoldOptions): string => {
  const name = module === '[unknown]' ? 'unknown' : module.replace(/^.*\//, '');
  return addrs ? `[${name} <${address}>]` : `[${name}]`;
};

const goMethod = /\.\(.*\)\./;
/** Arguments: whatever follows the first parenthesis that does not open `(anonymous namespace)`. */
const callArguments = /\((?!anonymous namespace\)).*/s;

const tidied = (name: string, process: string): string => {
  let tidy = name.replaceAll(';', ':');
  if (!goMethod.test(tidy)) tidy = tidy.replace(callArguments, '');
  tidy = tidy.replace(/["']/g, '');
  return process === 'java' && tidy.includes('/') ? tidy.replace(/^L/, '') : tidy;
};

const markOf = ({ module }: StackLine, isInlined: boolean, { kernel, jit }: FoldOptions): string => {
  if (isInlined) return '_[i]';
  if (kernel && /^\[|vmlinux$/.test(module) && !module.includes('unknown')) return '_[k]';
  return jit && /\/tmp\/perf-\d+\.map|\/jitted-\d+-\d+\.so/.test(module) ? '_[j]' : '';
};
