import { namelessCommand, programIn } from '../doctor/memory/program-name.ts';
import { firstLine, lastLine } from './process-list-command.ts';
import type { ProcessRow } from './process-row.ts';

export type ProcessList =
  | { readonly kind: 'list'; readonly processes: readonly ProcessRow[]; readonly damagedLines: number }
  /** The last line is missing: what came may be a part of what there is. */
  | { readonly kind: 'cut' }
  /** It is no answer to our command; a sentence's end. */
  | { readonly kind: 'foreign'; readonly because: string };

/** Reads what `processListCommand` prints. Invalid UTF-8 becomes U+FFFD. Without the command's own two processes. */
export const parseProcessList = (answer: Buffer): ProcessList => {
  const text = answer.toString('utf8');
  // A login script may greet before the command is run.
  const first = text.startsWith(`${firstLine} `) ? 0 : text.indexOf(`\n${firstLine} `) + 1;
  if (!text.startsWith(`${firstLine} `, first)) return foreign(text.split('\n'));
  const from = text.indexOf('\n', first) + 1;
  const last = text.lastIndexOf(`\n${lastLine} `) + 1;
  const to = text.indexOf('\n', last);
  // A last line without its newline may itself be cut.
  if (from === 0 || last < from || to === -1) return { kind: 'cut' };
  const how = text.slice(first + firstLine.length + 1, from - 1);
  const [, shell, child, exit] = text.slice(last, to).split(' ').map(Number);
  const body: Body = { text, from, to: last };
  const { rows, damagedLines } = how === 'proc' ? fromProc(body) : fromPs(body);
  const processes = rows.filter(({ pid }) => pid !== shell && pid !== child);
  if (processes.length === 0 && damagedLines === 0) return nothing(how, exit);
  return { kind: 'list', processes, damagedLines };
};

const foreign = (lines: readonly string[]): ProcessList => {
  const said = lines.find((line) => line.trim() !== '');
  return {
    kind: 'foreign',
    because: said === undefined ? 'it said nothing' : `it said something else: ${shown(said)}`,
  };
};

const nothing = (how: string, exit: number | undefined): ProcessList => {
  const tool = how === 'proc' ? 'grep' : 'ps';
  if (exit === 127) return { kind: 'foreign', because: `it has no ${tool}` };
  return { kind: 'foreign', because: `its ${tool} showed no process (exit code ${exit ?? 'unknown'})` };
};

const shown = (text: string): string => {
  const plain = text.replace(/[^\x20-\x7E\u00A0-\uFFFF]/g, '?');
  return plain.length > 120 ? `${plain.slice(0, 117)}…` : plain;
};

/** Whole lines of a text, from the first of them to before `to`. */
interface Body {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

interface Rows {
  readonly rows: readonly ProcessRow[];
  readonly damagedLines: number;
}

type Draft = { -readonly [key in keyof ProcessRow]: ProcessRow[key] };

const prefix = '/proc/';

/**
 * `/proc/PID/status:Name:\tNAME`, `…:VmRSS:\t   123 kB`, and from smaps_rollup `…:Pss:   123 kB`. Kernel threads and zombies
 * have a name alone: they use no memory of their own. A process whose name did not come had ended by then. `…:PPid:` stands
 * where a process is a child of the command itself, and `/proc/PID/cmdline:ARGUMENT` where its name tells nothing.
 */
const fromProc = ({ text, from, to }: Body): Rows => {
  const drafts = new Map<number, Draft>();
  const own = new Set<number>();
  let damagedLines = 0;
  for (let start = from; start < to; ) {
    const next = takeUsual(drafts, text, start);
    if (next !== start) {
      start = next;
      continue;
    }
    const end = text.indexOf('\n', start);
    if (!takeLine({ drafts, own }, text.slice(start, end))) damagedLines += 1;
    start = end + 1;
  }
  return {
    rows: [...drafts.values()].filter(({ command, pid }) => command !== nameless && !own.has(pid)),
    damagedLines,
  };
};

/** The lines of one process as the kernel writes nearly all of them. Read as one, they take a third of the time. */
const usual =
  /\/proc\/(\d{1,15})\/status:Name:\t([^\n\\]{0,256})\n(?:\/proc\/\1\/status:VmSize:\t *(\d{1,15}) kB\n\/proc\/\1\/status:VmRSS:\t *(\d{1,15}) kB\n)?/y;

/** @returns where the next line begins: at `start`, where these lines are not as usual */
const takeUsual = (drafts: Map<number, Draft>, text: string, start: number): number => {
  usual.lastIndex = start;
  const found = usual.exec(text);
  if (found === null) return start;
  const draft = draftOf(drafts, Number(found[1]));
  draft.command = found[2] ?? nameless;
  if (found[3] !== undefined) {
    draft.vszKib = Number(found[3]);
    draft.rssKib = Number(found[4]);
  }
  return usual.lastIndex;
};

interface Read {
  readonly drafts: Map<number, Draft>;
  /** Our own grep. */
  readonly own: Set<number>;
}

const takeLine = ({ drafts, own }: Read, line: string): boolean => {
  const slash = line.indexOf('/', prefix.length);
  const pid = line.startsWith(prefix) ? whole(line, prefix.length, slash) : undefined;
  const from = line.indexOf(':', slash) + 1;
  if (pid === undefined || from === 0) return false;
  if (line.startsWith('cmdline:', slash + 1)) {
    const draft = drafts.get(pid);
    if (draft?.command === namelessCommand) draft.command = programIn(line.slice(from)) ?? namelessCommand;
    return true;
  }
  if (line.startsWith('PPid:', from)) {
    own.add(pid);
    return true;
  }
  const colon = line.indexOf(':', from);
  return colon !== -1 && take(drafts, pid, line, from, colon);
};

/** Linux has 15 bytes, others a path; what is longer comes from nobody who means well. */
const mostName = 256;

const nameless = '\0';

const take = (drafts: Map<number, Draft>, pid: number, line: string, from: number, colon: number): boolean => {
  const key = line.slice(from, colon);
  if (key === 'Name') {
    if (line[colon + 1] !== '\t') return false;
    draftOf(drafts, pid).command = unescaped(line.slice(colon + 2, colon + 2 + mostName));
    return true;
  }
  const kib = kibOf(line, colon + 1);
  if (kib === undefined) return false;
  if (key === 'VmRSS') draftOf(drafts, pid).rssKib = kib;
  else if (key === 'VmSize') draftOf(drafts, pid).vszKib = kib;
  else if (key === 'Pss') draftOf(drafts, pid).pssKib = kib;
  else return false;
  return true;
};

const draftOf = (drafts: Map<number, Draft>, pid: number): Draft => {
  const known = drafts.get(pid);
  if (known !== undefined) return known;
  const draft: Draft = { pid, command: nameless, rssKib: 0, vszKib: 0, pssKib: null };
  drafts.set(pid, draft);
  return draft;
};

const kibOf = (line: string, from: number): number | undefined => {
  if (!line.endsWith(' kB')) return undefined;
  let start = from;
  while (line[start] === ' ' || line[start] === '\t') start += 1;
  return whole(line, start, line.length - ' kB'.length);
};

const mostDigits = 15;

/** The digits between two places. */
const whole = (text: string, from: number, to: number): number | undefined => {
  if (to <= from || to - from > mostDigits) return undefined;
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
};

/** The kernel writes a newline as `\n` and a backslash as `\\` here (proc_task_name in fs/proc/array.c). */
const unescaped = (name: string): string =>
  name.includes('\\')
    ? name.replace(/\\(?:([0-7]{3})|(.))/g, (_all, octal: string, char: string) => plain(octal, char))
    : name;

const plain = (octal: string | undefined, char: string): string => {
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
  return char === 'n' ? '\n' : char;
};

/** `  PID   RSS    VSZ NAME`: numbers padded on the left, and the name after exactly one blank, with blanks of its own. */
const fromPs = ({ text, from, to }: Body): Rows => {
  const rows: ProcessRow[] = [];
  let damagedLines = 0;
  for (const line of text.slice(from, to).split('\n').slice(0, -1)) {
    const [, pid, rss, vsz, command] = /^ *(\d{1,15}) +(\d{1,15}) +(\d{1,15}) (.*)$/.exec(line) ?? [];
    if (command === undefined) damagedLines += 1;
    else
      rows.push({
        pid: Number(pid),
        command: command.slice(0, mostName),
        rssKib: Number(rss),
        vszKib: Number(vsz),
        pssKib: null,
      });
  }
  return { rows, damagedLines };
};
