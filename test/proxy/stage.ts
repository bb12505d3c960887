/** A stage for routers: nodes that behave as told, a router in front of them, clients that see every byte. */
import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod';
import { silentLog } from '../../pool/log.ts';
import { proxySchema } from '../../proxy/config-schema.ts';
import { type ProxyParts, type Routes, type RunningProxy, startProxy } from '../../proxy/wiring.ts';
import { here, nobodysUrl, type Place } from '../support/place.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly sha: string;
  readonly bytes: number;
}

export interface StageNode {
  readonly url: string;
  readonly port: number;
  /** Requests that came whole, in order. */
  readonly seen: Seen[];
  /** Requests whose headers came. */
  begun: number;
  readonly sockets: Set<Socket>;
  readonly stop: () => Promise<void>;
}

export type Handler = (req: IncomingMessage, res: ServerResponse, body: Buffer) => void;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly sha: string;
}

export const shaOf = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

type ConfigInput = z.input<typeof proxySchema>;

/** Turns, so that one knows who is asked next. Its waits are longer than a busy machine ever stands still. */
const hasty: ConfigInput = {
  listen: '127.0.0.1:0',
  admin: 'off',
  choose: 'round-robin',
  connect: '5s',
  firstByte: [{ path: '/', deadline: '5s' }],
  stop: { deadline: '2s' },
};

/** For a test in which a node hangs: so that it is seen to hang soon. */
export const soonGivenUp = { firstByte: [{ path: '/', deadline: '800ms' }] };

export class Stage {
  readonly #ends: (() => Promise<void>)[] = [];

  /** Ends all that was started, the last first. */
  async clear(): Promise<void> {
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) await end();
  }

  onClear(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  /** A node that reads each request to its end and lets the handler answer. */
  async node(handler: Handler = (_req, res) => res.end('meow'), at: Partial<Place> = {}): Promise<StageNode> {
    const seen: Seen[] = [];
    const server = createServer((req, res) => {
      node.begun += 1;
      const chunks: Buffer[] = [];
      req.on('error', () => undefined);
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks);
        const { method = '', url = '', headers } = req;
        seen.push({ method, url, headers, sha: shaOf(body), bytes: body.length });
        handler(req, res, body);
      });
    });
    const node = await this.#listening(server, seen, { ...here, ...at });
    return node;
  }

  /** A node that speaks what it is told, byte by byte. */
  async rawNode(onConnection: (socket: Socket, first: string) => void): Promise<StageNode> {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        node.begun += 1;
        onConnection(socket, data.toString('latin1'));
      });
    });
    const node = await this.#listening(server, [], here);
    return node;
  }

  /** A URL where nothing listens. */
  async deadUrl(): Promise<string> {
    return nobodysUrl();
  }

  /** A router in front of these URLs, or of a pool. */
  async router(
    routes: readonly string[] | Routes,
    config: Partial<ConfigInput> = {},
    parts: ProxyParts = {},
  ): Promise<RunningProxy> {
    const proxy = await startProxy(
      {
        config: proxySchema.parse({ ...hasty, ...config }),
        routes: 'kind' in routes ? routes : { kind: 'static', urls: routes },
      },
      { log: silentLog, ...parts },
    );
    this.onClear(() => proxy.stop());
    return proxy;
  }

  async #listening(server: Server, seen: Seen[], { host, port }: Place): Promise<StageNode> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const { port: given } = server.address() as AddressInfo;
    const stop = async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    };
    this.onClear(stop);
    return { url: `http://${host}:${given}`, port: given, seen, begun: 0, sockets, stop };
  }
}

/** A deadline for what hangs, never a measure of speed; shorter than a test's, so that it says what hangs. */
const patienceMs = 20_000;

export interface Asked extends RequestOptions {
  readonly body?: Buffer | string;
}

/** One request, without retries; rejects where the answer does not come whole. */
export const ask = (url: string, { body, ...options }: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const req = request(url, { agent: false, ...options }, (res) => {
      const chunks: Buffer[] = [];
      res.on('error', reject);
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: whole.toString(), sha: shaOf(whole) });
      });
    });
    req.on('error', reject);
    req.setTimeout(patienceMs, () => req.destroy(new Error(`no answer within ${patienceMs} ms`)));
    req.end(body);
  });

/** Sends bytes and returns all that comes until the connection is closed; `ECONNRESET` ends the text where it is reset. */
export const speak = (url: string, text: string): Promise<string> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'));
    let heard = '';
    const end = (last: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(heard + last);
    };
    const timer = setTimeout(() => end('[still open]'), patienceMs);
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => {
      heard += data;
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(`[${code ?? 'error'}]`));
    socket.on('close', () => end(''));
  });

/** Resolves once this is true. */
export const until = async (
  isTrue: () => boolean | Promise<boolean>,
  what: string | (() => string) = 'it',
): Promise<void> => {
  const endMs = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > endMs)
      throw new Error(`${typeof what === 'string' ? what : what()} did not come true within ${patienceMs} ms`);
    await sleep(5);
  }
};

/** What a router's admin port says. */
export const adminOf = async ({ adminUrl }: RunningProxy, path: string): Promise<Answer> => ask(`${adminUrl}${path}`);

interface ShownMember {
  readonly id: string;
  readonly url: string;
  readonly place: string;
  readonly inFlight: number;
  readonly webSockets: number;
  readonly shareNow: number;
  readonly askedLast: boolean;
}

export interface MembersPage {
  readonly pool: { readonly epoch?: string; readonly version: number; readonly awayMs: number; readonly kept: number };
  readonly members: readonly ShownMember[];
  readonly leaving: readonly ShownMember[];
  readonly ignored: readonly { readonly url: string; readonly because: string }[];
}

export const membersOf = async (proxy: RunningProxy): Promise<MembersPage> =>
  JSON.parse((await adminOf(proxy, '/members')).body) as MembersPage;

/** The value of one line of the metrics. */
export const metricOf = async (proxy: RunningProxy, line: string): Promise<number> => {
  const { body } = await adminOf(proxy, '/metrics');
  const found = body.split('\n').find((text) => text.startsWith(`doctor_monkey_proxy_${line} `));
  return Number(found?.split(' ').at(-1) ?? Number.NaN);
};
