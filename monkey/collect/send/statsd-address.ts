import { isIPv6 } from 'node:net';

/** Where metrics go. */
export interface StatsdAddress {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

export type ParsedStatsd =
  | ({ readonly kind: 'address' } & StatsdAddress)
  | { readonly kind: 'refused'; readonly because: string };

/** The port of statsd, and of Datadog's agent. */
const portDefault = 8125;

/** `--statsd HOST[:PORT]`: `statsd`, `statsd.internal:9125`, `10.0.0.7`, `[::1]`, `[::1]:8125`. */
export const parseStatsd = (text: string): ParsedStatsd => {
  if (text.includes('://')) return refuse(`${JSON.stringify(text)} is a URL; write HOST[:PORT], it is UDP anyway`);
  if (isIPv6(text)) return refuse(`${JSON.stringify(text)} may be an address or one with a port; write [${text}]:PORT`);
  const found = /^(?:\[([^[\]]+)\]|([^\s:/[\]@,]+))(?::(\d{1,5}))?$/.exec(text);
  if (found === null) return refuse(`${JSON.stringify(text)} is not HOST[:PORT], as in statsd:8125 or [::1]:8125`);
  const [, ipv6, name, digits] = found;
  if (ipv6 !== undefined && !isIPv6(ipv6)) return refuse(`${JSON.stringify(ipv6)} in brackets is no IPv6 address`);
  const port = digits === undefined ? portDefault : Number(digits);
  if (port < 1 || port > 65_535) return refuse(`port ${port} is not one of 1 to 65535`);
  return { kind: 'address', host: ipv6 ?? name ?? '', port };
};

/** As people write it, and as messages tell it. */
export const addressText = ({ host, port }: StatsdAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;

const refuse = (because: string): ParsedStatsd => ({ kind: 'refused', because });
