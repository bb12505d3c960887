/** What is added to a request on its way: the same as on the slow path, see headers/request.ts. */
import { addressIn } from '../../pool/url-allowed.ts';
import type { RequestScanner } from './request-head.ts';

/** Methods whose requests say that they have no body, where they have none. */
const saysNoBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Writes the heads of one client's requests. */
export class Outgoing {
  readonly #address: string;
  readonly #peerAddress: string;
  readonly #trusted: readonly string[];
  readonly #pseudonym: string;
  #isTrusted: boolean | undefined;
  #host = '';
  /** What is added where no peer before said anything, for this host. */
  #usual = '';

  constructor(peerAddress: string, trusted: readonly string[], pseudonym: string) {
    this.#peerAddress = peerAddress;
    this.#address = peerAddress.startsWith('::ffff:') ? peerAddress.slice(7) : peerAddress;
    this.#trusted = trusted;
    this.#pseudonym = pseudonym;
  }

  /** Has the request been here before? */
  isCircle({ via }: RequestScanner): boolean {
    return via !== '' && via.split(/[\s,]+/).includes(this.#pseudonym);
  }

  /** The head that goes to a node. */
  headOf(head: RequestScanner): string {
    const length = !head.isFramed && saysNoBody.has(head.method) ? 'content-length: 0\r\n' : '';
    return `${head.lines}${length}${this.#added(head)}`;
  }

  #added({ host, forwardedFor, forwardedHost, forwardedProto, via }: RequestScanner): string {
    if (forwardedFor !== '' || forwardedHost !== '' || forwardedProto !== '' || via !== '')
      return this.#lines(
        forwardedFor === '' ? this.#address : `${forwardedFor}, ${this.#address}`,
        forwardedHost !== '' && this.#believed() ? forwardedHost : host,
        forwardedProto !== '' && this.#believed() ? forwardedProto : 'http',
        via === '' ? '' : `${via}, `,
      );
    if (host !== this.#host) {
      this.#host = host;
      this.#usual = this.#lines(this.#address, host, 'http', '');
    }
    return this.#usual;
  }

  #lines(address: string, host: string, proto: string, via: string): string {
    const forwarded = `x-forwarded-for: ${address}\r\nx-forwarded-host: ${host}\r\nx-forwarded-proto: ${proto}\r\n`;
    return `${forwarded}via: ${via}1.1 ${this.#pseudonym}\r\n\r\n`;
  }

  #believed(): boolean {
    this.#isTrusted ??= addressIn(this.#peerAddress, this.#trusted);
    return this.#isTrusted;
  }
}

/** The headers of a head that goes to a node, by name in lower case; for those who must see them all, it is not cheap. */
export const headersIn = (head: string): Readonly<Record<string, readonly string[]>> => {
  // Without a prototype, as on the slow path: `__proto__` is a name like any other.
  const headers = Object.create(null) as Record<string, string[]>;
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const before = headers[name] ?? [];
    headers[name] = [...before, line.slice(colon + 1).trim()];
  }
  return headers;
};
