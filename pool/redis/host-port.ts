export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `10.0.0.5:26379`, `redis-1.internal:26379`, `[::1]:26379`, and as Redis writes it, `::1:26379`. Undefined: it is none. */
export const parseHostPort = (text: string): HostPort | undefined => {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s[\]/@]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
};
