/** Where a server listens, as people write it: `8080`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. */
import { type AddressInfo, isIPv6 } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
}

export type ParsedListen =
  | ({ readonly kind: 'listen' } & ListenAddress)
  | { readonly kind: 'refused'; readonly because: string };

/** A port alone listens on loopback: who wants the network to come in says so. */
export const parseListen = (text: string): ParsedListen => {
  const found = /^(?:\[([0-9a-f:.]+)\]:|([^\s:/[\]]+):)?(\d{1,5})$/i.exec(text);
  const refused = {
    kind: 'refused',
    because: `${JSON.stringify(text)} is not [HOST:]PORT, like 8080 or 127.0.0.1:8080`,
  } as const;
  if (found === null) return refused;
  const [, ipv6, name, digits] = found;
  if (ipv6 !== undefined && !isIPv6(ipv6)) return refused;
  const port = Number(digits);
  if (port > 65_535) return { kind: 'refused', because: `port ${port} is more than 65535` };
  return { kind: 'listen', host: ipv6 ?? name ?? '127.0.0.1', port };
};

/** The URL at which a listening server can be asked from the same machine. */
export const localUrl = ({ address, port }: Pick<AddressInfo, 'address' | 'port'>): string => {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return `http://${shownAddress({ host, port })}`;
};

/** Is this one port, which only one of two can have? */
export const isSamePort = (one: ListenAddress, other: ListenAddress): boolean =>
  one.port !== 0 && one.port === other.port && (one.host === other.host || [one, other].some(isEverywhere));

const isEverywhere = ({ host }: ListenAddress): boolean => host === '0.0.0.0' || host === '::';

/** As people write it. */
export const shownAddress = ({ host, port }: ListenAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
