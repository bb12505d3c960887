/*
 * What ~/.ssh/config says of a host. The `ssh-config` package reads and matches; this file keeps it from doing more:
 * it would run the commands of `Match exec`, and nslookup for CanonicalizeHostname. Nothing is ever run.
 */
import SSHConfig, { type Line } from 'ssh-config';

export interface SshConfig {
  readonly lines: SSHConfig;
  /** What the file says that is not followed here, a sentence each. */
  readonly notes: readonly string[];
}

/** What was said of one host; null and empty where nothing was. Values are as written, with their tokens. */
export interface HostSettings {
  readonly hostName: string | null;
  readonly port: string | null;
  readonly user: string | null;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly identityAgent: string | null;
  readonly proxyJump: string | null;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hostKeyAlias: string | null;
  readonly revokedHostKeys: string | null;
  readonly hashKnownHosts: boolean;
  readonly connectTimeout: string | null;
}

export const emptyConfig: SshConfig = { lines: new SSHConfig(), notes: [] };

export type Parsed =
  | { readonly kind: 'lines'; readonly lines: SSHConfig }
  | { readonly kind: 'problem'; readonly because: string };

/** Reads the text of one file; Include is still a line of it. */
export const parseConfig = (file: string, text: string): Parsed => {
  const problem = (told: string): Parsed => ({
    kind: 'problem',
    because: `${file} can not be read as an ssh configuration: ${told}`,
  });
  try {
    const lines = SSHConfig.parse(text.replace(/^\uFEFF/, ''));
    const bare = withoutValue(lines);
    return bare === undefined ? { kind: 'lines', lines } : problem(`${bare} has no value`);
  } catch (error) {
    // The package throws a TypeError at a keyword without its value.
    return problem(error instanceof Error && !(error instanceof TypeError) ? error.message : 'a keyword has no value');
  }
};

/** The package takes the end of the line for a part of such a keyword. */
const withoutValue = (lines: SSHConfig): string | undefined => {
  for (const line of lines) {
    if ('param' in line && /[\r\n]/.test(line.param)) return line.param.split(/[\r\n]/)[0];
    const inner = 'config' in line ? withoutValue(line.config) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
};

/** Takes out what must not be followed, and says so; writes keywords as the package looks for them. */
export const harmless = (file: string, lines: SSHConfig): SshConfig => {
  const notes = new Set<string>();
  const kept = filtered(lines, (line) => {
    if (!('param' in line)) return true;
    if (isOfNoHost(line)) return false;
    const refusal = refusalOf(line);
    if (refusal !== undefined) notes.add(`${file}: ${refusal}`);
    return refusal === undefined;
  });
  return { lines: kept, notes: [...notes] };
};

/** `Host unix/* vsock/*`, as systemd has it: no host that can be named here, so nothing of it is news. */
const isOfNoHost = (line: Line): boolean => {
  if (!('config' in line) || !/^host$/i.test(line.param)) return false;
  const patterns = Array.isArray(line.value) ? line.value.map(({ val }) => val) : [line.value];
  return patterns.every((pattern) => pattern.includes('/'));
};

const filtered = (lines: SSHConfig, keep: (line: Line) => boolean): SSHConfig => {
  const kept = new SSHConfig();
  for (const line of lines) {
    if (!keep(line)) continue;
    const named = 'param' in line ? { ...line, param: canonical(line.param) } : line;
    kept.push('config' in named ? { ...named, config: filtered(named.config, keep) } : named);
  }
  return kept;
};

/** Only these are looked for by their exact spelling; ssh itself takes any. */
const canonical = (keyword: string): string => {
  const lower = keyword.toLowerCase();
  if (lower === 'hostname') return 'HostName';
  return lower === 'user' ? 'User' : keyword;
};

const understood = new Set(['all', 'final', 'host', 'originalhost', 'user', 'localuser']);

/**
 * They would change how a host is reached, whom it is believed to be or as whom it is asked, and have no meaning here. Those
 * of what we never do (forwarding, terminals, sharing of connections) go without a word.
 */
const unfollowed = new Set([
  ...['addressfamily', 'bindaddress', 'bindinterface', 'certificatefile', 'ciphers', 'kexalgorithms', 'macs'],
  ...['hostkeyalgorithms', 'pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes', 'casignaturealgorithms'],
  ...['pubkeyauthentication', 'preferredauthentications', 'pkcs11provider', 'securitykeyprovider', 'requiredrsasize'],
  ...['stricthostkeychecking', 'verifyhostkeydns', 'nohostauthenticationforlocalhost', 'canonicalizehostname'],
  ...['canonicaldomains', 'canonicalizemaxdots', 'canonicalizepermittedcnames', 'canonicalizefallbacklocal'],
]);

const refusalOf = (line: Line): string | undefined => {
  if (!('param' in line)) return undefined;
  if (unfollowed.has(line.param.toLowerCase())) return `${line.param} is not followed`;
  if (/^(proxycommand|knownhostscommand)$/i.test(line.param))
    return `${line.param} is not followed: no command is run for a host`;
  if (!('criteria' in line)) return undefined;
  const foreign = Object.keys(line.criteria).find((key) => !understood.has(key.toLowerCase()));
  return foreign === undefined ? undefined : `Match ${foreign} is not supported, and what stands below it is left out`;
};

/** The settings of a host by the name that it was asked for. The first value wins, as in ssh. */
export const settingsOf = (config: SshConfig, name: string, user: string | null): HostSettings => {
  const asked = user === null ? { Host: name } : { Host: name, User: user };
  const computed: Readonly<Record<string, string | string[]>> = config.lines.compute(asked, {
    ignoreCase: true,
    matchExec: false,
  });
  const all = (key: string): readonly string[] => [...new Set([computed[key] ?? []].flat())];
  const one = (key: string): string | null => all(key)[0] ?? null;
  return {
    hostName: one('hostname'),
    port: one('port'),
    user: one('user'),
    identityFiles: all('identityfile'),
    identitiesOnly: one('identitiesonly')?.toLowerCase() === 'yes',
    identityAgent: one('identityagent'),
    proxyJump: one('proxyjump'),
    userKnownHostsFiles: all('userknownhostsfile'),
    globalKnownHostsFiles: all('globalknownhostsfile'),
    hostKeyAlias: one('hostkeyalias'),
    revokedHostKeys: one('revokedhostkeys'),
    hashKnownHosts: one('hashknownhosts')?.toLowerCase() === 'yes',
    connectTimeout: one('connecttimeout'),
  };
};
