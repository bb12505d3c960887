/*
 * May requests be sent to this URL? Asked when a node joins, and again by every router of every URL it finds in
 * Redis: who can write to Redis must not thereby aim routers at whatever they can reach.
 *
 * INVARIANTS
 * - Link-local and metadata addresses are refused whatever the rules say, in every spelling that reaches them.
 * - A name is refused unless it is listed, because what a name means can change after it was judged.
 */
import ipaddr from 'ipaddr.js';

export interface UrlRules {
  /** CIDR blocks that nodes may live in, e.g. `10.0.0.0/8`. */
  readonly allowedNetworks: readonly string[];
  /** Host names that nodes may be called by; `'any'` is for URLs that a person gave by hand. */
  readonly allowedNames?: readonly string[] | 'any';
}

export type UrlJudgement =
  | { readonly kind: 'allowed'; readonly origin: string }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Where nodes may live unless `pool.allowedNetworks` says otherwise: RFC 1918, RFC 6598 and RFC 4193. Loopback is
 * not among them: on a real router it leads to the router's own machine.
 */
export const privateNetworks: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
];

/**
 * The judgement on a node's URL: http or https, an origin and nothing more, and an address that the rules allow. Judged
 * once for as long as the same rules are given: a router asks about its whole pool with every event.
 */
export const judgeNodeUrl = (text: string, rules: UrlRules): UrlJudgement => {
  const known = judged.get(rules) ?? new Map<string, UrlJudgement>();
  judged.set(rules, known);
  const judgement = known.get(text) ?? judge(text, rules);
  if (known.size >= judgedMost) known.clear();
  known.set(text, judgement);
  return judgement;
};

const judged = new WeakMap<UrlRules, Map<string, UrlJudgement>>();
const judgedMost = 20_000;

const judge = (text: string, rules: UrlRules): UrlJudgement => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return refuse('not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse(`${url.protocol} is not http or https`);
  if (url.username !== '' || url.password !== '') return refuse('carries a user or a password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || /[?#]/.test(text))
    return refuse('has more than an origin');
  if (url.port === '0') return refuse('port 0 is nowhere');
  const because = refusedHost(url.hostname, rules);
  return because === undefined ? { kind: 'allowed', origin: url.origin } : refuse(because);
};

/**
 * Why nothing is ever sent to this address (`undefined`: it may be). For addresses that a name led to as well, at
 * the moment of connecting.
 */
export const neverAllowed = (address: string): string | undefined => {
  if (!ipaddr.isValid(address)) return `${address} is not an address`;
  const plain = ipaddr.process(address);
  const range = plain.range();
  if (range === 'linkLocal') return `${address} is link-local, where metadata services live`;
  if (range === 'unspecified' || range === 'multicast' || range === 'broadcast')
    return `${address} is no single machine's address (${range})`;
  if (plain.kind() === 'ipv6' && inNetwork(plain, awsServices)) return `${address} is a metadata service`;
  return range !== 'loopback' && tunnels.some((network) => inNetwork(plain, network))
    ? `${address} hides another address`
    : undefined;
};

/** Is this address inside one of the networks? Nonsense is in no network. */
export const addressIn = (address: string, networks: readonly string[]): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const plain = ipaddr.process(address);
  return networks.some((network) => inNetwork(plain, network));
};

/** EC2's metadata, DNS and time services over IPv6 (fd00:ec2::254, ::253, ::123). */
const awsServices = 'fd00:ec2::/32';

/** IPv6 blocks that carry an IPv4 address inside: IPv4-compatible, NAT64, SIIT, 6to4, Teredo. `::1` is not one. */
const tunnels = ['64:ff9b::/96', '64:ff9b:1::/48', '::ffff:0:0:0/96', '2002::/16', '2001::/32', '::/96'];

const refuse = (because: string): UrlJudgement => ({ kind: 'refused', because });

const refusedHost = (hostname: string, { allowedNetworks, allowedNames = [] }: UrlRules): string | undefined => {
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[(.*)\]$/, '$1');
  if (!ipaddr.isValid(host)) {
    const listed = allowedNames === 'any' || allowedNames.some((name) => name.toLowerCase() === host);
    return listed ? undefined : `${host} is a name that pool.allowedNames does not list`;
  }
  return neverAllowed(host) ?? (addressIn(host, allowedNetworks) ? undefined : outside(host));
};

const outside = (address: string): string => `${address} is outside pool.allowedNetworks`;

const inNetwork = (address: Address, network: string): boolean => {
  const [base, bits] = ipaddr.parseCIDR(network);
  return base.kind() === address.kind() && address.match(base, bits);
};

type Address = ReturnType<typeof ipaddr.parse>;
