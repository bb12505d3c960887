import { readFile, stat } from 'node:fs/promises';
import type { HostKeyRefusal, HostKnowledge } from './host-knowledge.ts';
import {
  fingerprint,
  type HostKey,
  judgeHostKey,
  type KnownHostLine,
  knownTypes,
  lineFinder,
  parseKnownHosts,
} from './known-hosts.ts';
import { appender } from './new-host-keys.ts';
import { parseRevokedKeys } from './revoked-keys.ts';
import type { Hop } from './route.ts';

/** Known hosts on disk: read anew whenever a file has changed, and appended to. */
export interface HostKeyStore {
  /** Rejects with a sentence where a file is there and can't be read. */
  about(hop: Hop): Promise<HostKnowledge>;
  /**
   * Writes a key down, unless by now it is known or another is: then nothing is written. Rejects with a sentence where
   * it can't be. @returns null: the key is believed
   */
  learn(hop: Hop, key: HostKey): Promise<HostKeyRefusal | null>;
}

const mostBytes = 16 * 1024 * 1024;

interface Known {
  readonly stamp: string;
  readonly linesOf: (name: string) => readonly KnownHostLine[];
}

export const hostKeyStore = (): HostKeyStore => {
  const cache = new Map<string, Known>();
  const known = async (files: readonly string[]): Promise<Known> => {
    const stamp = (await Promise.all(files.map(stampOf))).join(' ');
    const cached = cache.get(files.join('\0'));
    if (cached?.stamp === stamp) return cached;
    const texts = await Promise.all(files.map(async (file) => ({ file, text: await textOf(file) })));
    const fresh = { stamp, linesOf: lineFinder(parseKnownHosts(texts)) };
    // Paths with a host's name in them would fill it without an end.
    if (cache.size >= mostFileLists) cache.clear();
    cache.set(files.join('\0'), fresh);
    return fresh;
  };
  const about = async (hop: Hop): Promise<HostKnowledge> => {
    const { linesOf } = await known([...hop.userKnownHostsFiles, ...hop.globalKnownHostsFiles]);
    const revoked = hop.revokedKeysFile === null ? undefined : await revokedKeys(hop.revokedKeysFile);
    const lines = linesOf(hop.knownAs);
    const bare = hop.bareName === null ? [] : linesOf(hop.bareName);
    return {
      types: knownTypes([...lines, ...bare]),
      refusal: (key) => revoked?.(key) ?? refusalOf(hop, lines, bare, key),
    };
  };
  const append = appender(about);
  return {
    about,
    learn: async (hop, key) => {
      const [file] = hop.userKnownHostsFiles;
      if (file === undefined) throw new Error('no known_hosts file is named that its key could be written to');
      return append(file, { hop, key });
    },
  };
};

const mostFileLists = 100;

/** `RevokedHostKeys`: as ssh does, a file that can't be read lets nobody through, since it might name the key. */
const revokedKeys = async (file: string): Promise<(key: HostKey) => HostKeyRefusal | null> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`RevokedHostKeys ${file} can not be read: ${code}`, { cause: error });
  });
  const read = parseRevokedKeys(text);
  if (read.kind === 'problem') throw new Error(`RevokedHostKeys ${file} ${read.because}`);
  return (key) => {
    if (!read.keys.has(key.base64)) return null;
    const because = `its key ${key.type} ${fingerprint(key.base64)} is revoked by ${file}: it must not be used any more`;
    return { isNew: false, because };
  };
};

const stampOf = (file: string): Promise<string> =>
  stat(file).then(
    ({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`,
    () => 'none',
  );

const textOf = async (file: string): Promise<string> => {
  try {
    const { size } = await stat(file);
    if (size > mostBytes) throw new Error(`${file} is larger than a known_hosts file may be (16 MiB)`);
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw code === undefined ? error : new Error(`${file} can not be read: ${code}`, { cause: error });
  }
};

const refusalOf = (
  hop: Hop,
  lines: readonly KnownHostLine[],
  bare: readonly KnownHostLine[],
  key: HostKey,
): HostKeyRefusal | null => {
  const verdict = judgeHostKey(lines, key, bare);
  const shown = `${key.type} ${fingerprint(key.base64)}`;
  const refused = (because: string): HostKeyRefusal => ({ isNew: false, because });
  switch (verdict.kind) {
    case 'known':
      return null;
    case 'unknown': {
      const todo = `compare it with the host's own (ssh-keygen -lf on it) and add it to ${hop.userKnownHostsFiles[0] ?? 'known_hosts'}, or learn new hosts with --accept-new`;
      return { isNew: true, because: `its key ${shown} is not in known_hosts as ${hop.knownAs}: ${todo}` };
    }
    case 'changed': {
      const where = `${verdict.file} line ${verdict.line} (${verdict.type})`;
      return refused(
        `ITS HOST KEY HAS CHANGED: it shows ${shown}, and ${where} knows another. Somebody may be listening in. ` +
          `If the host was made anew, remove that line: ssh-keygen -R '${hop.knownAs}' -f ${verdict.file}`,
      );
    }
    case 'revoked':
      return refused(
        `its key ${shown} is revoked by ${verdict.file} line ${verdict.line}: it must not be used any more`,
      );
    case 'authority-only':
      return refused(
        `it is known by a certificate authority alone (${verdict.file} line ${verdict.line}), and certificates of hosts ` +
          `are not supported: add its key ${shown}`,
      );
  }
};
