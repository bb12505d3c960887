import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  fingerprint,
  type HostKey,
  judgeHostKey,
  type KnownHostLine,
  type KnownHosts,
  knownTypes,
  linesOf,
  parseKnownHosts,
} from './known-hosts.ts';
import type { Hop } from './route.ts';

/** Known hosts on disk: read anew whenever a file has changed, and appended to. */
export interface HostKeyStore {
  /** Rejects with a sentence where a file is there and can't be read. */
  about(hop: Hop): Promise<HostKnowledge>;
  /** Writes a key down. Rejects with a sentence where it can't be. */
  learn(hop: Hop, key: HostKey): Promise<void>;
}

export interface HostKnowledge {
  readonly types: readonly string[];
  /** null: the host is who it says it is; otherwise why it is not believed. */
  refusal(key: HostKey): HostKeyRefusal | null;
}

export interface HostKeyRefusal {
  /** A host that nobody has seen before may be learnt. */
  readonly isNew: boolean;
  readonly because: string;
}

const mostBytes = 16 * 1024 * 1024;

export const hostKeyStore = (): HostKeyStore => {
  const cache = new Map<string, { readonly stamp: string; readonly known: KnownHosts }>();
  const append = appender();
  const known = async (files: readonly string[]): Promise<KnownHosts> => {
    const stamp = (await Promise.all(files.map(stampOf))).join(' ');
    const cached = cache.get(files.join('\0'));
    if (cached?.stamp === stamp) return cached.known;
    const texts = await Promise.all(files.map(async (file) => ({ file, text: await textOf(file) })));
    const fresh = { stamp, known: parseKnownHosts(texts) };
    cache.set(files.join('\0'), fresh);
    return fresh.known;
  };
  return {
    about: async (hop) => {
      const all = await known([...hop.userKnownHostsFiles, ...hop.globalKnownHostsFiles]);
      const lines = linesOf(all, hop.knownAs);
      const bare = hop.bareName === null ? [] : linesOf(all, hop.bareName);
      return { types: knownTypes([...lines, ...bare]), refusal: (key) => refusalOf(hop, lines, bare, key) };
    },
    learn: async (hop, key) => {
      const [file] = hop.userKnownHostsFiles;
      if (file === undefined) throw new Error('no known_hosts file is named that its key could be written to');
      await append(file, `${hop.knownAs} ${key.type} ${key.base64}\n`);
    },
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

/** One writer a file: what many hosts teach at once goes out together, in one append that loses no line of others. */
const appender = (): ((file: string, line: string) => Promise<void>) => {
  const waiting = new Map<string, { readonly lines: Set<string>; readonly written: Promise<void> }>();
  let last: Promise<unknown> = Promise.resolve();
  return (file, line) => {
    const batch = waiting.get(file);
    if (batch !== undefined) {
      batch.lines.add(line);
      return batch.written;
    }
    const lines = new Set([line]);
    const written = last.then(() => {
      waiting.delete(file);
      return appendLines(file, [...lines].join(''));
    });
    last = written.catch(() => undefined);
    waiting.set(file, { lines, written });
    return written;
  };
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
