import type { ProcessTable } from '../proc/processes.ts';

export type Selected =
  | { readonly kind: 'found'; readonly pids: readonly number[] }
  | { readonly kind: 'none'; readonly because: string };

/** Finds the processes that are meant, at each call anew; remembers only what makes the next search cheap. */
export type Select = (table: ProcessTable, signal: AbortSignal) => Promise<Selected>;

export const none = (because: string): Selected => ({ kind: 'none', because });

export const found = (pids: readonly number[], otherwise: string): Selected =>
  pids.length === 0 ? none(otherwise) : { kind: 'found', pids };
