/** A profile, or why there is none, as one text: what an agent puts into Redis for whoever has asked. */
import type { Captured, NotCaptured } from '../ports/profiler.ts';

/** Under this stands, in one sum, what had no place any more: shares stay true. */
const leftOut = '[left out]';
/** For all but the stacks. */
const headBytes = 4_096;

/** The rarest stacks are added up where it would be longer than `bytes`. */
export const profileAnswerText = (answer: Captured | NotCaptured, bytes: number): string => {
  if (answer.kind === 'not-captured') return JSON.stringify({ ...answer, because: answer.because.slice(0, headBytes) });
  const stacks: Record<string, number> = {};
  let room = bytes - headBytes;
  let rest = 0;
  for (const [stack, count] of [...answer.stacks].sort(([, one], [, other]) => other - one)) {
    const size = Buffer.byteLength(JSON.stringify(stack)) + String(count).length + 2;
    if (size > room) rest += count;
    else {
      room -= size;
      stacks[stack] = count;
    }
  }
  if (rest > 0) stacks[leftOut] = (stacks[leftOut] ?? 0) + rest;
  const notes = answer.notes === undefined ? {} : { notes: answer.notes.slice(0, 5) };
  return JSON.stringify({ ...answer, ...notes, stacks });
};

/** Reads it again; undefined where it is none. */
export const readProfileAnswer = (text: string): Captured | NotCaptured | undefined => {
  const read = objectIn(text);
  if (read?.['kind'] === 'not-captured' && typeof read['because'] === 'string') {
    const why = read['why'] === 'nothing' ? 'nothing' : 'not-allowed';
    return { kind: 'not-captured', why, because: read['because'] };
  }
  const { kind, by, of, seconds, hz, cut, notes, stacks } = read ?? {};
  if (kind !== 'captured' || (by !== 'inspector' && by !== 'perf') || !(stacks instanceof Object)) return undefined;
  if (typeof of !== 'string' || typeof seconds !== 'number' || typeof hz !== 'number') return undefined;
  const counts = Object.entries(stacks).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return {
    ...{ kind, by, of, seconds, hz, stacks: new Map(counts) },
    ...(typeof cut === 'string' ? { cut } : {}),
    ...(Array.isArray(notes) ? { notes: notes.map(String) } : {}),
  };
};

const objectIn = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return value instanceof Object ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
};
