/*
 * Adds up the samples of `perf script`, as stackcollapse-perf.pl does, while they stream in.
 *
 * INVARIANTS
 * - A sample counts when its empty line has come; what the input breaks off in does not, and is told of.
 * - Only samples of one event count: the one asked for, or the first that is met.
 * - Lines already read are known by their whole text, because most come again and again: memory for that has a bound.
 */
import type { StackTree } from '../stack-tree.ts';
import { type FoldOptions, framesOf, processName, readSampleStart, readStackLine } from './stack-line.ts';

/** Distinct lines that are remembered; then their memory starts anew. */
const mostLines = 20_000;
/** Events that are told of by name. */
const mostEvents = 10;

export interface PerfStory {
  /** Samples that were counted. */
  readonly samples: number;
  /** Samples of other events, left out. */
  readonly ofOtherEvents: number;
  readonly event: string | undefined;
  /** The others that were met, the first of them. */
  readonly otherEvents: readonly string[];
  /** Lines that are neither a sample's first nor one of its stack. */
  readonly strangeLines: number;
  /** The input ended within a sample. */
  readonly isCutShort: boolean;
}

const noFrames: readonly number[] = [];

export class PerfFolder {
  readonly #tree: StackTree;
  readonly #options: FoldOptions;
  #event: string | undefined;
  #rest = '';
  #process = '';
  #processId = -1;
  #period = 1;
  /** Frame numbers of the sample under way, innermost first. */
  #stack: number[] = [];
  #known = new Map<string, readonly number[]>();
  #knownFor = '';
  #samples = 0;
  #ofOtherEvents = 0;
  readonly #otherEvents = new Set<string>();
  #strangeLines = 0;

  constructor(tree: StackTree, options: FoldOptions) {
    this.#tree = tree;
    this.#options = options;
    this.#event = options.event;
  }

  /** Takes the next piece of the input, as a byte string; lines may be split anywhere. */
  push(piece: string): void {
    let from = 0;
    let end = piece.indexOf('\n');
    if (end >= 0 && this.#rest !== '') {
      this.#line(this.#rest + piece.slice(0, end));
      this.#rest = '';
      from = end + 1;
      end = piece.indexOf('\n', from);
    }
    while (end >= 0) {
      this.#line(piece.slice(from, end));
      from = end + 1;
      end = piece.indexOf('\n', from);
    }
    this.#rest += piece.slice(from);
  }

  end(): PerfStory {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    return {
      samples: this.#samples,
      ofOtherEvents: this.#ofOtherEvents,
      event: this.#event,
      otherEvents: [...this.#otherEvents],
      strangeLines: this.#strangeLines,
      isCutShort: this.#process !== '',
    };
  }

  #line(line: string): void {
    if (line === '') this.#endOfSample();
    else if (isIndented(line)) this.#stackLine(line);
    else if (!line.startsWith('#')) this.#firstLine(line);
  }

  #endOfSample(): void {
    if (this.#process === '') return;
    let node = this.#tree.child(0, this.#processId);
    for (let at = this.#stack.length - 1; at >= 0; at -= 1) node = this.#tree.child(node, this.#stack[at] ?? 0);
    this.#tree.add(node, this.#period, 1);
    this.#samples += 1;
    this.#stack.length = 0;
    this.#process = '';
  }

  #firstLine(line: string): void {
    const start = readSampleStart(line);
    if (start === undefined) {
      this.#stackLine(line);
      return;
    }
    if (start.event !== undefined) {
      this.#event ??= start.event;
      if (start.event !== this.#event) {
        this.#ofOtherEvents += 1;
        if (this.#otherEvents.size < mostEvents) this.#otherEvents.add(start.event);
        return;
      }
    }
    const name = processName(start, this.#options);
    // Perl takes a process called 0 for none.
    this.#process = name === '0' ? '' : name;
    this.#processId = this.#tree.names.idOf(name);
    this.#period = start.period;
  }

  #stackLine(line: string): void {
    if (this.#process === '') {
      if (readStackLine(line) === undefined) this.#strangeLines += 1;
      return;
    }
    const frames = this.#framesOf(line);
    for (let at = frames.length - 1; at >= 0; at -= 1) this.#stack.push(frames[at] ?? 0);
  }

  /** Only java's names are tidied differently, so lines are known for one kind of process at a time. */
  #framesOf(line: string): readonly number[] {
    const kind = this.#process === 'java' ? 'java' : 'other';
    if (this.#known.size >= mostLines || this.#knownFor !== kind) {
      this.#known = new Map();
      this.#knownFor = kind;
    }
    const known = this.#known.get(line);
    if (known !== undefined) return known;
    const frames = this.#read(line);
    // The piece that the line is cut from must not stay in memory for it.
    this.#known.set(Buffer.from(line, 'latin1').toString('latin1'), frames);
    return frames;
  }

  #read(line: string): readonly number[] {
    const read = readStackLine(line);
    if (read === undefined) {
      this.#strangeLines += 1;
      return noFrames;
    }
    return framesOf(read, this.#process, this.#options).map((name) => this.#tree.names.idOf(name));
  }
}

/** A sample's first line begins with something that is no space. */
const isIndented = (line: string): boolean => {
  const first = line.charCodeAt(0);
  return first === 0x20 || (first >= 0x09 && first <= 0x0d);
};
