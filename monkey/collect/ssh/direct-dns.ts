/** Asks name servers without the system's threads: /etc/hosts, then DNS with the search list of /etc/resolv.conf. */
import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

export interface DirectSources {
  readonly hostsFile: string;
  readonly resolvFile: string;
  /** Name servers as `Resolver.setServers` takes them; empty: those of the system. */
  readonly servers: readonly string[];
}

export const systemSources: DirectSources = { hostsFile: '/etc/hosts', resolvFile: '/etc/resolv.conf', servers: [] };

const answersWithinMs = 1_000;
const mostSearched = 6;

/** Rejects where there is no address, and when the signal aborts. IPv4 comes first: what has both is reached either way. */
export const directLookup =
  ({ hostsFile, resolvFile, servers }: DirectSources) =>
  async (name: string, signal: AbortSignal): Promise<readonly LookupAddress[]> => {
    const written = inHosts(await textOf(hostsFile), name);
    if (written.length > 0) return written;
    const resolver = new Resolver({ timeout: answersWithinMs, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for (const full of namesToAsk(name, await textOf(resolvFile))) {
        const addresses = signal.aborted ? [] : await addressesOf(resolver, full);
        if (addresses.length > 0) return addresses;
      }
      throw new Error(`${name} has no address`);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** hosts(5): an address, then the names that it has. */
const inHosts = (text: string, name: string): readonly LookupAddress[] =>
  text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*$/, '').trim().toLowerCase().split(/\s+/);
    const family = isIP(address);
    return family !== 0 && names.includes(name.toLowerCase()) ? [{ address, family }] : [];
  });

/** resolv.conf(5) with its default of `ndots:1`: a name with a dot as it is first, another with the domains first. */
const namesToAsk = (name: string, resolv: string): readonly string[] => {
  if (name.endsWith('.')) return [name];
  // The last of them counts.
  const [, domains = ''] = [...resolv.matchAll(/^(?:search|domain)[ \t]+(.+)$/gm)].at(-1) ?? [];
  const searched = domains.split(/\s+/).filter((domain) => domain !== '' && domain !== '.');
  const full = searched.slice(0, mostSearched).map((domain) => `${name}.${domain}`);
  return name.includes('.') ? [name, ...full] : [...full, name];
};

const addressesOf = async (resolver: Resolver, name: string): Promise<readonly LookupAddress[]> => {
  const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return [...listed(four, 4), ...listed(six, 6)];
};

const listed = (asked: PromiseSettledResult<string[]>, family: 4 | 6): readonly LookupAddress[] =>
  asked.status === 'fulfilled' ? asked.value.map((address) => ({ address, family })) : [];
