/*
 * Writes keys of new hosts down.
 *
 * INVARIANTS
 * - One writer a file: what many hosts teach at once goes out together, in one append that loses no line of others.
 * - Each key is judged again right before it is written: of two that were new for one name, the second has changed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostKeyRefusal, HostKnowledge } from './host-knowledge.ts';
import { fingerprint, type HostKey, hashedName } from './known-hosts.ts';
import type { Hop } from './route.ts';

export interface NewKey {
  readonly hop: Hop;
  readonly key: HostKey;
}

type Verdicts = ReadonlyMap<NewKey, HostKeyRefusal | null>;

export const appender = (
  about: (hop: Hop) => Promise<HostKnowledge>,
): ((file: string, one: NewKey) => Promise<HostKeyRefusal | null>) => {
  const waiting = new Map<string, { readonly keys: NewKey[]; readonly written: Promise<Verdicts> }>();
  let last: Promise<unknown> = Promise.resolve();
  const begin = (file: string): { readonly keys: NewKey[]; readonly written: Promise<Verdicts> } => {
    const keys: NewKey[] = [];
    const written = last.then(() => {
      waiting.delete(file);
      return judgeAndWrite(about, file, keys);
    });
    last = written.catch(() => undefined);
    const batch = { keys, written };
    waiting.set(file, batch);
    return batch;
  };
  return async (file, one) => {
    const { keys, written } = waiting.get(file) ?? begin(file);
    keys.push(one);
    return (await written).get(one) ?? null;
  };
};

const judgeAndWrite = async (
  about: (hop: Hop) => Promise<HostKnowledge>,
  file: string,
  keys: readonly NewKey[],
): Promise<Verdicts> => {
  const verdicts = new Map<NewKey, HostKeyRefusal | null>();
  const learnt = new Map<string, HostKey>();
  const lines: string[] = [];
  for (const one of keys) {
    const { hop, key } = one;
    const before = learnt.get(hop.knownAs);
    const refusal = before === undefined ? (await about(hop)).refusal(key) : secondKey(file, before, key);
    verdicts.set(one, refusal?.isNew === true ? null : refusal);
    if (refusal?.isNew !== true) continue;
    learnt.set(hop.knownAs, key);
    const name = hop.hashKnownHosts ? hashedName(hop.knownAs, randomBytes(20)) : hop.knownAs;
    lines.push(`${name} ${key.type} ${key.base64}\n`);
  }
  if (lines.length > 0) await appendLines(file, lines.join(''));
  return verdicts;
};

/** Two answer to one new name at once: one of them is somebody else. */
const secondKey = (file: string, before: HostKey, key: HostKey): HostKeyRefusal | null => {
  if (before.base64 === key.base64) return null;
  const shown = ({ type, base64 }: HostKey): string => `${type} ${fingerprint(base64)}`;
  const because =
    `ITS HOST KEY HAS CHANGED: it shows ${shown(key)}, and ${shown(before)} was written to ${file} just now. ` +
    'Somebody may be listening in';
  return { isNew: false, because };
};

const appendLines = async (file: string, lines: string): Promise<void> => {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const end = Buffer.alloc(1);
      if (size > 0) await handle.read(end, 0, 1, size - 1);
      // Somebody's editor left the last line without its end: ours must not become a part of it.
      await handle.appendFile(size > 0 && end[0] !== 0x0a ? `\n${lines}` : lines);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`its new key could not be written to ${file}: ${code}`, { cause: error });
  }
};
