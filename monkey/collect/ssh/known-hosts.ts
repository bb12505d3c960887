/*
 * Judges a host's key by known_hosts files, as sshd(8) describes them. Pure: files come as text.
 *
 * INVARIANTS
 * - A revoked key is refused, whatever else is known.
 * - A host that is known by other keys than the one it shows has changed; it is never taken for a new one.
 */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** What is known, by whom it is written down. Names without wildcards are found at once, the others are looked through. */
export interface KnownHosts {
  readonly byName: ReadonlyMap<string, readonly KnownHostLine[]>;
  readonly byPattern: readonly KnownHostLine[];
}

export interface KnownHostLine {
  readonly file: string;
  readonly line: number;
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly names: string;
  readonly type: string;
  readonly base64: string;
}

export interface HostKey {
  /** `ssh-ed25519`, `ssh-rsa` …; of the key, not of the signature. */
  readonly type: string;
  readonly base64: string;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly file: string; readonly line: number; readonly type: string }
  | { readonly kind: 'revoked'; readonly file: string; readonly line: number }
  | { readonly kind: 'authority-only'; readonly file: string; readonly line: number };

export const parseKnownHosts = (files: readonly { readonly file: string; readonly text: string }[]): KnownHosts => {
  const byName = new Map<string, KnownHostLine[]>();
  const byPattern: KnownHostLine[] = [];
  for (const { file, text } of files)
    for (const [index, line] of text.split('\n').entries()) {
      const known = parseLine(file, index + 1, line);
      if (known === undefined) continue;
      if (/[*?!|]/.test(known.names)) byPattern.push(known);
      else for (const name of known.names.toLowerCase().split(',')) add(byName, name, known);
    }
  return { byName, byPattern };
};

const add = (byName: Map<string, KnownHostLine[]>, name: string, line: KnownHostLine): void => {
  const lines = byName.get(name);
  if (lines === undefined) byName.set(name, [line]);
  else lines.push(line);
};

const markers = new Map([
  ['@revoked', 'revoked'],
  ['@cert-authority', 'cert-authority'],
] as const);

/** undefined for comments, blank lines and what OpenSSH would not understand either. */
const parseLine = (file: string, line: number, text: string): KnownHostLine | undefined => {
  const fields = text.trim().split(/\s+/);
  const [first = ''] = fields;
  if (first === '' || first.startsWith('#')) return undefined;
  const marked = first.startsWith('@');
  const marker = marked ? markers.get(first as '@revoked') : 'none';
  const [names, type, base64] = marked ? fields.slice(1) : fields;
  // The oldest form, `host bits exponent modulus`, is of SSH 1, which nobody speaks.
  if (names === undefined || type === undefined || base64 === undefined || /^\d/.test(type)) return undefined;
  return marker === undefined ? undefined : { file, line, marker, names, type, base64 };
};

/** What a host is called in known_hosts: with its port where that is not 22, unless it has an alias. */
export const knownName = (host: string, port: number, alias: string | null): string => {
  if (alias !== null) return alias.toLowerCase();
  return (port === 22 ? host : `[${host}]:${port}`).toLowerCase();
};

/** The lines that speak of this host, in the order of files and lines. */
export const linesOf = (known: KnownHosts, name: string): readonly KnownHostLine[] => lineFinder(known)(name);

const mostFound = 50_000;

/**
 * `linesOf` for a whole fleet. A hashed line costs a digest (4 µs) for each name that it is compared with, and of 5,000 hosts
 * each would be compared with 5,000 lines in each round: a name is looked for once, and a line that was found belongs to
 * its one name, so it is not compared again.
 */
export const lineFinder = (known: KnownHosts): ((name: string) => readonly KnownHostLine[]) => {
  const found = new Map<string, readonly KnownHostLine[]>();
  const unclaimed = new Map(known.byPattern.map((line) => [line, matcherOf(line.names)]));
  return (name) => {
    const before = found.get(name);
    if (before !== undefined) return before;
    const matching = [...unclaimed].flatMap(([line, matches]) => (matches(name) ? [line] : []));
    for (const line of matching) if (line.names.startsWith('|')) unclaimed.delete(line);
    const lines = [...(known.byName.get(name) ?? []), ...matching];
    // One that is forgotten would not be found again, so only those that nobody claimed are.
    if (found.size < mostFound || matching.length > 0) found.set(name, lines);
    return lines;
  };
};

const matcherOf = (names: string): ((name: string) => boolean) =>
  names.startsWith('|') ? hashMatcher(names) : (name) => matches(names, name);

/** `|1|salt|hash`: HMAC-SHA1 of the name with the salt as its key (OpenSSH's hostfile.c). A key that is made once saves a third. */
const hashMatcher = (names: string): ((name: string) => boolean) => {
  const [, version, salt, hash] = names.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return () => false;
  const key = createSecretKey(Buffer.from(salt, 'base64'));
  return (name) => digestOf(name, key) === hash;
};

const matches = (names: string, name: string): boolean => {
  let found = false;
  for (const pattern of names.toLowerCase().split(',')) {
    const refused = pattern.startsWith('!');
    if (!glob(refused ? pattern.slice(1) : pattern, name)) continue;
    if (refused) return false;
    found = true;
  }
  return found;
};

const digestOf = (name: string, salt: Buffer | KeyObject): string =>
  createHmac('sha1', salt).update(name).digest('base64');

/** A name as it is written down where names shall not be read; `salt` are 20 bytes at random. */
export const hashedName = (name: string, salt: Buffer): string =>
  `|1|${salt.toString('base64')}|${digestOf(name, salt)}`;

/** `*` and `?` alone have a meaning; brackets are part of the name. Linear in the text for each star: no backtracking tree. */
const glob = (pattern: string, text: string): boolean => {
  let [at, star, from] = [0, -1, 0];
  let index = 0;
  while (index < text.length) {
    const char = pattern[at];
    if (char === '*') {
      star = at;
      from = index;
      at += 1;
    } else if (char === '?' || (char !== undefined && char === text[index])) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      at = star + 1;
      from += 1;
      index = from;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
};

/**
 * The verdict on the key that a host shows. `withoutPort` are the lines of the same host under its bare name: OpenSSH takes
 * a key that stands there for a host on another port too, but does not call the host changed by them.
 */
export const judgeHostKey = (
  lines: readonly KnownHostLine[],
  key: HostKey,
  withoutPort: readonly KnownHostLine[] = [],
): HostKeyVerdict => {
  const same = [...lines, ...withoutPort].filter(({ base64 }) => base64 === key.base64);
  const revoked = same.find(({ marker }) => marker === 'revoked');
  if (revoked !== undefined) return { kind: 'revoked', file: revoked.file, line: revoked.line };
  if (same.some(({ marker }) => marker === 'none')) return { kind: 'known' };
  const plain = lines.filter(({ marker }) => marker === 'none');
  const other = plain.find(({ type }) => type === key.type) ?? plain[0];
  if (other !== undefined) return { kind: 'changed', file: other.file, line: other.line, type: other.type };
  const authority = lines.find(({ marker }) => marker === 'cert-authority');
  if (authority !== undefined) return { kind: 'authority-only', file: authority.file, line: authority.line };
  return { kind: 'unknown' };
};

/** Types of keys by which this host is known: those are asked for first, so that a host with several keys has not changed. */
export const knownTypes = (lines: readonly KnownHostLine[]): readonly string[] => [
  ...new Set(lines.filter(({ marker }) => marker === 'none').map(({ type }) => type)),
];

/** As `ssh-keygen -l` and ssh itself show it. */
export const fingerprint = (base64: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '')}`;

/** A blob begins with the name of its type, after four bytes of its length (RFC 4253, 6.6). */
export const hostKeyOf = (blob: Buffer): HostKey => {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return { type: blob.subarray(4, 4 + Math.min(length, 64)).toString('latin1'), base64: blob.toString('base64') };
};
