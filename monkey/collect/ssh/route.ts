/** How a host is reached: over which others, as whom, with which keys, and who vouches for its key. Pure. */
import { isAbsolute, join } from 'node:path';
import { formatMs } from '../../../pool/units.ts';
import { readHost } from '../hosts.ts';
import type { Target } from '../target.ts';
import { type HostSettings, settingsOf } from './config.ts';
import { knownName } from './known-hosts.ts';
import type { SshReaderOptions } from './options.ts';

/** One connection of a route: the host itself, or one that is jumped over. */
export interface Hop {
  /** As it was named, where messages speak of it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Its name in known_hosts, and its bare one, which counts too where it listens on another port than 22. */
  readonly knownAs: string;
  readonly bareName: string | null;
  readonly identityFiles: readonly string[];
  /** Whether somebody named those files; otherwise they are the usual ones, and may be missing. */
  readonly identitiesNamed: boolean;
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | null;
  /** New keys are written into the first. */
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  /** `RevokedHostKeys`; null where none is named. */
  readonly revokedKeysFile: string | null;
  /** Whether names are hashed where new keys are written. */
  readonly hashKnownHosts: boolean;
}

/** `bastion`, `127.0.0.1:2222`, or `bastion (10.0.0.7:2222)` where its name stands for something else. */
export const hopText = ({ name, host, port }: Pick<Hop, 'name' | 'host' | 'port'>): string => {
  const at = port === 22 ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return name === host ? at : `${name} (${at})`;
};

export type Route =
  /** `over` are jumped over, in this order; without one the host is connected to directly. */
  | {
      readonly kind: 'route';
      readonly over: readonly Hop[];
      readonly last: Hop;
      readonly withinMs: number;
      /** ConnectTimeout made it shorter than it was asked for. */
      readonly isShortened: boolean;
    }
  | { readonly kind: 'problem'; readonly because: string };

export type Hops = Extract<Route, { readonly kind: 'route' }>;

type Options = Omit<
  SshReaderOptions,
  'acceptNew' | 'pss' | 'mostAnswerBytes' | 'mostKept' | 'passphrase' | 'passphraseName'
>;

const mostHops = 8;

export const routeOf = (target: Target, options: Options): Route => {
  const settings = settingsOf(options.config, target.host, target.user ?? options.user);
  const jump = options.jump ?? settings.proxyJump ?? 'none';
  try {
    const last = hopOf(target, target.user ?? options.user, settings, options);
    const over = jumpsOf(jump, options, new Set([nameOf(target)]));
    const withinMs = shorter(options.withinMs, settings.connectTimeout);
    return { kind: 'route', over, last, withinMs, isShortened: withinMs < options.withinMs };
  } catch (error) {
    if (error instanceof Unusable) return { kind: 'problem', because: error.message };
    throw error;
  }
};

/** How long it had, and what says so. */
export const hadText = ({ withinMs, isShortened }: Hops): string =>
  `it had ${formatMs(withinMs)} in all (${isShortened ? 'ConnectTimeout of the ssh configuration' : '--deadline'})`;

/** What a setting says can't be followed; caught above, where it becomes a value. */
class Unusable extends Error {}

/** The first host that is jumped over may have a jump of its own. One that was passed already ends the chain. */
const jumpsOf = (text: string, options: Options, passed: ReadonlySet<string>): readonly Hop[] => {
  if (isNone(text)) return [];
  const jumps = text.split(',').map(jumpOf);
  if (jumps.some((jump) => passed.has(nameOf(jump)))) return [];
  const named = jumps.map((jump) => ({ jump, settings: settingsOf(options.config, jump.host, jump.user) }));
  const now = new Set([...passed, ...jumps.map(nameOf)]);
  const before = jumpsOf(named[0]?.settings.proxyJump ?? 'none', options, now);
  const hops = [...before, ...named.map(({ jump, settings }) => hopOf(jump, jump.user, settings, options))];
  if (hops.length >= mostHops) throw new Unusable(`its ProxyJump leads over more than ${mostHops - 1} hosts`);
  return hops;
};

const nameOf = ({ host, port }: Target): string => `${host} ${port ?? ''}`;

const readJump = (text: string): ReturnType<typeof readHost> =>
  readHost(
    text
      .trim()
      .replace(/^ssh:\/\//, '')
      .replace(/\/$/, ''),
  );

/** What is wrong with `-J`, a phrase for each host that is none. */
export const jumpProblems = (text: string): readonly string[] => {
  if (isNone(text)) return [];
  const jumps = text.split(',').map(readJump);
  return jumps.flatMap((jump) => ('because' in jump ? [jump.because] : []));
};

const isNone = (text: string): boolean => /^none$/i.test(text.trim());

const jumpOf = (text: string): Target => {
  const host = readJump(text);
  if ('because' in host) throw new Unusable(`its ProxyJump is not usable: ${host.because}`);
  return host;
};

const hopOf = (target: Target, user: string | null, settings: HostSettings, options: Options): Hop => {
  const port = target.port ?? portOf(settings.port);
  const name = target.host;
  const host = (settings.hostName ?? name).replace(/%([%h])/g, (_all, token: string) => (token === '%' ? '%' : name));
  const login = user ?? settings.user ?? options.localUser;
  const tokens: Tokens = {
    h: host,
    n: name,
    p: String(port),
    r: login,
    u: options.localUser,
    d: options.home,
    '%': '%',
  };
  const path = (text: string): string => pathOf(text, tokens, options.home);
  const named = [...options.keys, ...settings.identityFiles.filter((file) => !/^none$/i.test(file)).map(path)];
  const identitiesNamed = named.length > 0 || settings.identityFiles.length > 0;
  const alias = settings.hostKeyAlias;
  return {
    name,
    host,
    port,
    user: login,
    knownAs: knownName(host, port, alias),
    bareName: alias === null && port !== 22 ? host.toLowerCase() : null,
    identityFiles: identitiesNamed ? named : usualKeys.map((file) => join(options.home, '.ssh', file)),
    identitiesNamed,
    identitiesOnly: settings.identitiesOnly,
    agentSocket: agentOf(settings.identityAgent, options.agentSocket, path),
    ...knownHostsOf(settings, options, path),
    revokedKeysFile: fileOf(settings.revokedHostKeys, path),
    hashKnownHosts: settings.hashKnownHosts,
  };
};

const usualKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

const portOf = (text: string | null): number => {
  if (text === null) return 22;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Unusable(`the ssh configuration gives it the port "${text}"`);
  return port;
};

type Tokens = Readonly<Record<string, string>>;

const pathOf = (text: string, tokens: Tokens, home: string): string => {
  const path = text.replace(/%(.)/g, (all, token: string) => {
    const value = tokens[token];
    if (value === undefined)
      throw new Unusable(`the ssh configuration has "${all}" in ${text}, which is not supported`);
    return value;
  });
  if (path.includes('${'))
    throw new Unusable(`the ssh configuration has a variable in ${text}, which is not supported`);
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(process.cwd(), path);
};

const fileOf = (text: string | null, path: (text: string) => string): string | null =>
  text === null || /^none$/i.test(text) ? null : path(text);

const agentOf = (text: string | null, given: string | null, path: (text: string) => string): string | null => {
  if (text === null || text === 'SSH_AUTH_SOCK' || text === '$SSH_AUTH_SOCK') return given;
  if (/^none$/i.test(text)) return null;
  if (text.startsWith('$')) throw new Unusable(`IdentityAgent ${text} is not supported: give a path or SSH_AUTH_SOCK`);
  return path(text);
};

const knownHostsOf = (
  settings: HostSettings,
  { knownHostsFiles, home }: Options,
  path: (text: string) => string,
): Pick<Hop, 'userKnownHostsFiles' | 'globalKnownHostsFiles'> => {
  if (knownHostsFiles.length > 0) return { userKnownHostsFiles: knownHostsFiles, globalKnownHostsFiles: [] };
  const files = (named: readonly string[], usual: readonly string[]): readonly string[] =>
    named.length === 0 ? usual : named.filter((file) => !/^none$/i.test(file)).map(path);
  const ofUser = ['known_hosts', 'known_hosts2'].map((file) => join(home, '.ssh', file));
  const ofSystem = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];
  return {
    userKnownHostsFiles: files(settings.userKnownHostsFiles, ofUser),
    globalKnownHostsFiles: files(settings.globalKnownHostsFiles, ofSystem),
  };
};

/** Seconds, as in ssh; `none` and nonsense shorten nothing. */
const shorter = (withinMs: number, connectTimeout: string | null): number => {
  const seconds = Number(connectTimeout);
  return connectTimeout !== null && seconds > 0 ? Math.min(withinMs, seconds * 1_000) : withinMs;
};
