import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { askAgent } from './agent.ts';
import { fingerprint } from './known-hosts.ts';
import type { SshReaderOptions } from './options.ts';
import type { Hop } from './route.ts';
import type { Ssh2 } from './ssh2.ts';

/** What a connection may prove itself with, in the order in which it is offered. */
export interface Identities {
  readonly usable: readonly Identity[];
  /** Keys that were named and can't be used, a phrase each: they are told where nothing else opened the door. */
  readonly unusable: readonly string[];
}

export interface Identity {
  /** For messages: where the key is from, its type and its fingerprint. */
  readonly name: string;
  readonly key: ParsedKey;
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
}

/** Where to look for keys. */
type Asked = Pick<Hop, 'agentSocket' | 'identitiesOnly' | 'identitiesNamed' | 'identityFiles'>;

export interface IdentitySource {
  of(hop: Asked): Promise<Identities>;
}

/** What opens encrypted keys, and how it is called where people give it. */
export type Opener = Pick<SshReaderOptions, 'passphrase' | 'passphraseName'>;

/** sshd refuses a connection after six attempts by default (MaxAuthTries); a few more are for those that raised it. */
const mostOffered = 12;
/** How long what an agent and the files said is believed: a round over hundreds of hosts asks once. */
const believedForMs = 20_000;
const mostKept = 1_000;

export const identitySource = (ssh2: Ssh2, opener: Opener): IdentitySource => {
  const kept = new Map<string, { readonly atMs: number; readonly read: Promise<Identities> }>();
  const parse = parsedOnce(ssh2, opener.passphrase);
  return {
    of: (hop) => {
      const about = JSON.stringify([hop.agentSocket, hop.identitiesOnly, hop.identitiesNamed, hop.identityFiles]);
      const known = kept.get(about);
      if (known !== undefined && performance.now() - known.atMs < believedForMs) return known.read;
      // Paths with a host's name in them would fill it without an end.
      if (kept.size >= mostKept) kept.clear();
      const read = readIdentities(ssh2, hop, opener, parse);
      kept.set(about, { atMs: performance.now(), read });
      return read;
    },
  };
};

/**
 * First the keys that were named, from the agent where it holds them; then the agent's others, unless only the named are
 * wanted.
 */
const readIdentities = async (ssh2: Ssh2, hop: Asked, opener: Opener, parse: ParseOnce): Promise<Identities> => {
  const unusable: string[] = [];
  const agent = await agentIdentities(ssh2, hop.agentSocket, unusable);
  const named: Identity[] = [];
  for (const file of hop.identityFiles) {
    const read = await fileIdentity(ssh2, file, opener, parse);
    const held = agent.find(({ key }) => read.publicKey !== null && same(key, read.publicKey));
    if (held !== undefined) named.push(held);
    else if (read.identity !== null) named.push(read.identity);
    else if (read.because !== null && (hop.identitiesNamed || !read.missing)) unusable.push(read.because);
  }
  const others = hop.identitiesOnly ? [] : agent.filter((identity) => !named.includes(identity));
  // Without names, the agent's keys are what somebody chose; the usual files are tried after them, as ssh does.
  const all = hop.identitiesNamed ? [...named, ...others] : [...others, ...named];
  return { usable: all.filter(once).slice(0, mostOffered), unusable };
};

const same = (one: ParsedKey, other: ParsedKey): boolean => one.getPublicSSH().equals(other.getPublicSSH());

const once = ({ key }: Identity, index: number, all: readonly Identity[]): boolean =>
  all.findIndex((other) => same(other.key, key)) === index;

const describe = (from: string, key: ParsedKey): string =>
  `${from} (${key.type} ${fingerprint(key.getPublicSSH().toString('base64'))})`;

interface FileIdentity {
  readonly identity: Identity | null;
  /** Known of an encrypted key too, where its .pub is beside it. */
  readonly publicKey: ParsedKey | null;
  readonly because: string | null;
  readonly missing: boolean;
}

const fileIdentity = async (ssh2: Ssh2, file: string, opener: Opener, parse: ParseOnce): Promise<FileIdentity> => {
  const besides = await publicKeyOf(ssh2, `${file}.pub`);
  const none = (because: string, missing = false): FileIdentity => ({
    identity: null,
    publicKey: besides,
    because,
    missing,
  });
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return none(`${file} can not be read: ${code === 'ENOENT' ? 'there is no such file' : code}`, code === 'ENOENT');
  }
  const key = parse(text);
  if (key instanceof Error) return none(`${file} ${whyNot(key.message, opener)}`);
  // One that the agent holds is as good as the private one, as with ssh.
  if (!key.isPrivateKey()) return { ...none(`${file} is a public key: name the private one`), publicKey: key };
  const sign = async (data: Buffer, hash: string | undefined): Promise<Buffer> => {
    const signature = key.sign(data, hash) as Buffer | Error;
    if (signature instanceof Error) throw signature;
    return signature;
  };
  return { identity: { name: describe(file, key), key, sign }, publicKey: key, because: null, missing: false };
};

type ParseOnce = (text: Buffer) => ParsedKey | Error;

/** An encrypted key is made to take long to open (bcrypt), so what was opened is remembered by its content. */
const parsedOnce = (ssh2: Ssh2, passphrase: string | null): ParseOnce => {
  const known = new Map<string, ParsedKey | Error>();
  return (text) => {
    const content = createHash('sha256').update(text).digest('base64');
    const key = known.get(content) ?? parsed(ssh2, text, passphrase);
    if (known.size >= mostKept) known.clear();
    known.set(content, key);
    return key;
  };
};

const publicKeyOf = async (ssh2: Ssh2, file: string): Promise<ParsedKey | null> => {
  const key = await readFile(file).then(
    (text) => parsed(ssh2, text, null),
    () => null,
  );
  return key instanceof Error ? null : key;
};

const parsed = (ssh2: Ssh2, text: Buffer, passphrase: string | null): ParsedKey | Error => {
  try {
    const key = ssh2.utils.parseKey(text, passphrase ?? undefined) as ParsedKey | ParsedKey[] | Error;
    return Array.isArray(key) ? (key[0] ?? new Error('no key is in it')) : key;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

const whyNot = (message: string, { passphrase, passphraseName }: Opener): string => {
  if (message.includes('no passphrase given'))
    return `is encrypted: add it to ssh-agent (ssh-add), or put its passphrase in ${passphraseName}`;
  if (passphrase !== null && /passphrase|integrity|decrypt/i.test(message)) return `is not opened by ${passphraseName}`;
  return `is no private key that can be read: ${message}`;
};

const agentIdentities = async (ssh2: Ssh2, socket: string | null, unusable: string[]): Promise<readonly Identity[]> => {
  if (socket === null) return [];
  try {
    const keys = await askAgent<readonly unknown[]>(ssh2, socket, (agent, done) => agent.getIdentities(done));
    return keys.flatMap((one) => {
      const key = parsed(ssh2, one as Buffer, null);
      return key instanceof Error ? [] : [{ name: describe('agent', key), key, sign: signedBy(ssh2, socket, key) }];
    });
  } catch (error) {
    unusable.push(
      `the ssh-agent at ${socket} does not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
    return [];
  }
};

const signedBy =
  (ssh2: Ssh2, socket: string, key: ParsedKey) =>
  (data: Buffer, hash: string | undefined): Promise<Buffer> =>
    askAgent<Buffer>(ssh2, socket, (agent, done) =>
      agent.sign(key, data, (hash === undefined ? {} : { hash }) as never, done as never),
    );
