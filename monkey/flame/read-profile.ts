/*
 * Reads a profile, whatever its format: the content says which it is, never the name of the file.
 *
 * Text streams: of perf's and of folded stacks only the distinct ones are in memory. The others are one document each
 * and are read whole; they have a bound.
 */

import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FoldedReader, readFoldedLine } from './formats/folded.ts';
import { PerfFolder, type PerfStory } from './perf/fold-perf.ts';
import { type FoldOptions, plainFold, readSampleStart } from './perf/stack-line.ts';
import { NotAProfile, type Profile } from './profile.ts';
import { StackTree } from './stack-tree.ts';

/** Stacks that are the same are one, wherever they came; or only where they came one after the other, as time went. */
export type Arrangement = 'merged' | 'in-order';

/** Documents are parsed whole, which takes a multiple of their size. */
const mostDocumentBytes = 256 * 1024 * 1024;
/** A text without a line's end in so many bytes is no profile. */
const mostLineBytes = 4 * 1024 * 1024;
/** So much is enough to tell the format. */
const headBytes = 64 * 1024;

/**
 * Reads a whole profile.
 * Throws `NotAProfile` with a sentence for what is none; errors of the source (`ENOENT`, …) go through.
 */
export const readProfile = async (
  source: Readable,
  options: FoldOptions = plainFold,
  arrangement: Arrangement = 'merged',
): Promise<Profile> => {
  const { head, rest } = await headOf(source);
  if (head.length === 0) throw new NotAProfile('empty');
  if (head[0] === 0x1f && head[1] === 0x8b) return readProfile(unzipped(head, rest), options, arrangement);
  const kind = kindOf(head);
  const profile =
    kind === 'json'
      ? await readDocument(await wholeOf(head, rest), arrangement)
      : kind === 'binary'
        ? (await import('./formats/pprof.ts')).readPprof(await wholeOf(head, rest), new StackTree(arrangement))
        : await readLines(kind, piecesOf(head, rest), options, new StackTree(arrangement));
  if (profile.tree.size === 1) throw new NotAProfile(`a profile (${profile.format}) without a sample`);
  return profile;
};

interface Opened {
  readonly head: Buffer;
  readonly rest: AsyncIterator<Buffer>;
}

const headOf = async (source: Readable): Promise<Opened> => {
  const rest: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let size = 0;
  while (size < headBytes) {
    const next = await rest.next();
    if (next.done === true) break;
    parts.push(next.value);
    size += next.value.length;
  }
  return { head: Buffer.concat(parts), rest };
};

const unzipped = (head: Buffer, rest: AsyncIterator<Buffer>): Readable => {
  const zipped = Readable.from(piecesOf(head, rest));
  const gunzip = createGunzip();
  zipped.on('error', (error) => gunzip.destroy(error));
  gunzip.on('error', () => zipped.destroy());
  return zipped.pipe(gunzip);
};

async function* piecesOf(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

type Kind = 'json' | 'binary' | 'perf' | 'folded';

const kindOf = (head: Buffer): Kind => {
  const text = head.toString('latin1');
  if (/^(?:\xef\xbb\xbf)?[ \t\r\n]*[{[]/.test(text)) return 'json';
  if (text.includes('\0')) return 'binary';
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (readSampleStart(line)?.event !== undefined) return 'perf';
    if (readFoldedLine(line) !== undefined) return 'folded';
    if (readSampleStart(line) !== undefined) return 'perf';
    break;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: such characters are what tells bytes from text
  if (/[\x00-\x08\x0e-\x1f]/.test(text)) return 'binary';
  throw new NotAProfile(
    'none of the formats that are known: perf script, folded stacks, .cpuprofile, speedscope, pprof',
  );
};

const wholeOf = async (head: Buffer, rest: AsyncIterator<Buffer>): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const piece of piecesOf(head, rest)) {
    parts.push(piece);
    size += piece.length;
    if (size > mostDocumentBytes) throw new NotAProfile(`over ${mostDocumentBytes / 1024 / 1024} MiB in one document`);
  }
  return Buffer.concat(parts);
};

const readDocument = async (bytes: Buffer, arrangement: Arrangement): Promise<Profile> => {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw new NotAProfile(`broken JSON, perhaps cut short (${error instanceof Error ? error.message : 'unreadable'})`);
  }
  if (typeof json === 'object' && json !== null && 'nodes' in json)
    return (await import('./formats/cpuprofile.ts')).readCpuProfile(json, new StackTree(arrangement));
  if (typeof json === 'object' && json !== null && 'profiles' in json)
    return (await import('./formats/speedscope.ts')).readSpeedscope(json, new StackTree(arrangement));
  throw new NotAProfile('JSON, but neither a .cpuprofile (it has nodes) nor a speedscope file (it has profiles)');
};

const readLines = async (
  kind: 'perf' | 'folded',
  pieces: AsyncIterable<Buffer>,
  options: FoldOptions,
  tree: StackTree,
): Promise<Profile> => {
  const reader = kind === 'perf' ? new PerfFolder(tree, options) : new FoldedReader(tree);
  let sinceLineEnd = 0;
  for await (const piece of pieces) {
    const lineEnd = piece.lastIndexOf(0x0a);
    sinceLineEnd = lineEnd < 0 ? sinceLineEnd + piece.length : piece.length - lineEnd;
    if (sinceLineEnd > mostLineBytes) throw new NotAProfile('a line of over 4 MiB in it');
    reader.push(piece.toString('latin1'));
  }
  return reader instanceof PerfFolder ? perfProfile(tree, reader.end()) : foldedProfile(tree, reader);
};

const perfProfile = (tree: StackTree, story: PerfStory): Profile => {
  const { samples, event = '', otherEvents } = story;
  if (samples === 0 && otherEvents.length > 0)
    throw new NotAProfile(`a profile (perf) without the event ${event}; it has ${otherEvents.join(', ')}`);
  const cut = story.isCutShort ? ({ isCutShort: true } as const) : {};
  return { format: 'perf', tree, unit: 'events', notes: notesOf(story), ...cut };
};

const foldedProfile = (tree: StackTree, reader: FoldedReader): Profile => {
  const { strangeLines } = reader.end();
  const notes =
    strangeLines === 0 ? [] : [`${many(strangeLines, 'line is', 'lines are')} no folded stack, and left out`];
  return { format: 'folded', tree, unit: 'samples', notes };
};

const notesOf = ({ isCutShort, ofOtherEvents, event, strangeLines }: PerfStory): readonly string[] => [
  ...(isCutShort ? ['the input ends within a sample, which was left out'] : []),
  ...(ofOtherEvents > 0 ? [`${many(ofOtherEvents, 'sample', 'samples')} of other events than ${event}: left out`] : []),
  ...(strangeLines > 0 ? [`${many(strangeLines, 'line is', 'lines are')} neither a sample nor of a stack`] : []),
];

const many = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`;
