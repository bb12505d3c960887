import { parseBeat } from './parse-parts.ts';
import type { Beat, Beats, Garbage } from './view.ts';

/** Beats from their JSON by node; `key` is the Redis key that they stand in, for the complaints. */
export const parseBeats = (
  texts: readonly (readonly [node: string, json: string | null | undefined])[],
  key: string,
): Beats => {
  const beats = new Map<string, Beat>();
  const garbage: Garbage[] = [];
  for (const [node, json] of texts) {
    if (json === undefined || json === null) continue;
    const read = parseBeat(json);
    if (read.kind === 'read') beats.set(node, read.value);
    else garbage.push({ kind: 'garbage', key, field: node, because: read.because });
  }
  return { beats, garbage };
};
