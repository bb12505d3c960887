import { isIPv4, isIPv6 } from 'node:net';
import type { Target } from './target.ts';

/** Where hosts were named: `--hosts a,b:2222,[::1]:22`, or a file with one a line, `#` comments and blank lines. */
export type HostsSource =
  | { readonly kind: 'list'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly text: string };

export type HostsRead =
  /** `duplicates` are sentences: those hosts are taken once. */
  | { readonly kind: 'hosts'; readonly targets: readonly Target[]; readonly duplicates: readonly string[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** More than anybody asks from one machine over SSH; a file that was mistaken for a list of hosts ends here. */
const mostHosts = 20_000;
const mostProblems = 20;
const longestHost = 253;
const longestUser = 256;

/** Reads `[USER@]HOST[:PORT]` from all sources: all targets in the order of their naming, or all that is wrong with them. */
export const readHosts = (sources: readonly HostsSource[]): HostsRead => {
  const named = sources.flatMap(entriesOf);
  if (named.length === 0) return problems(['no host is named: give --hosts a,b:2222 or a file with one a line']);
  if (named.length > mostHosts) return problems([`${named.length} hosts are named, and ${mostHosts} are the most`]);
  const read = named.map(({ text, where, isLine }) => ({
    where,
    text,
    entry: isLine ? readLine(text) : readHost(text),
  }));
  const wrong = read.flatMap(({ where, entry }) => ('because' in entry ? [`${where}: ${entry.because}`] : []));
  return wrong.length > 0 ? problems(wrong) : onceEach(read);
};

interface Named {
  readonly text: string;
  readonly where: string;
  readonly isLine: boolean;
}

const entriesOf = (source: HostsSource): readonly Named[] => {
  switch (source.kind) {
    case 'list':
      return source.text.split(',').flatMap((text) => present(text.trim(), '--hosts', false));
    case 'file':
      return source.text
        .replace(/^\uFEFF/, '')
        .split(/\r\n|\n|\r/)
        .flatMap((line, index) =>
          present(line.replace(/(^|\s)#.*$/, '').trim(), `${source.name} line ${index + 1}`, true),
        );
  }
};

const present = (text: string, where: string, isLine: boolean): readonly Named[] =>
  text === '' ? [] : [{ text, where, isLine }];

/** In a file commas are what people bring along from `--hosts`. */
const readLine = (text: string): Target | Wrong =>
  text.includes(',') ? { because: `"${shown(text)}" has a comma: write one host a line` } : readHost(text);

const problems = (all: readonly string[]): HostsRead => {
  const more = all.length - mostProblems;
  return {
    kind: 'problems',
    problems: more > 0 ? [...all.slice(0, mostProblems), `… and ${more} more`] : all,
  };
};

type Wrong = { readonly because: string };

/** One host as people write it. IPv6 goes with brackets where a port follows; `::1:22` is an address without a port. */
export const readHost = (text: string): Target | Wrong => {
  const at = text.lastIndexOf('@');
  const user = at === -1 ? null : text.slice(0, at);
  if (user !== null && !(/^[^\s,:/@-][^\s,:/]*$/.test(user) && user.length <= longestUser))
    return { because: `"${shown(text)}" has no user name before its @` };
  const parts = splitPort(text.slice(at + 1));
  if ('because' in parts) return { because: `"${shown(text)}" ${parts.because}` };
  const { host, port } = parts;
  if (!isHost(host)) return { because: `"${shown(text)}" is no host: write [USER@]HOST[:PORT], IPv6 as [::1]:22` };
  if (port === null) return { host, port: null, user };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) return { because: `"${shown(text)}" has no port from 1 to 65535 after its colon` };
  return { host, port: number, user };
};

const splitPort = (text: string): { readonly host: string; readonly port: string | null } | Wrong => {
  if (text.startsWith('[')) {
    const [, host, port] = /^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? [];
    if (host === undefined)
      return { because: 'has a bracket that is not closed, or something else than a port after it' };
    return isIPv6(host) ? { host, port: port ?? null } : { because: 'has no IPv6 address in its brackets' };
  }
  if (isIPv6(text)) return { host: text, port: null };
  const colon = text.indexOf(':');
  if (colon === -1) return { host: text, port: null };
  if (text.includes(':', colon + 1)) return { because: 'has several colons and is no IPv6 address' };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
};

/** Names of DNS, and of ~/.ssh/config, where underscores are usual too. */
const isHost = (host: string): boolean => {
  if (isIPv6(host) || isIPv4(host)) return true;
  return (
    host.length <= longestHost && /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(host) && !host.includes('..')
  );
};

const onceEach = (
  read: readonly { readonly where: string; readonly text: string; readonly entry: Target | Wrong }[],
): HostsRead => {
  const targets = new Map<string, Target>();
  const duplicates: string[] = [];
  for (const { where, text, entry } of read) {
    if ('because' in entry) continue;
    const key = JSON.stringify([entry.host.toLowerCase(), entry.port, entry.user]);
    if (targets.has(key)) duplicates.push(`${where}: "${shown(text)}" was named before and is asked once`);
    else targets.set(key, entry);
  }
  return { kind: 'hosts', targets: [...targets.values()], duplicates };
};

/** What a user typed, in a message: no control characters of it, and not all of a long one. */
const shown = (text: string): string => {
  const plain = text.replace(/[^\x20-\x7E\u00A0-\uFFFF]/g, '?');
  return plain.length > 60 ? `${plain.slice(0, 57)}…` : plain;
};
