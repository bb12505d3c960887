import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export const loopback = '127.0.0.1';

/** A request with its body read whole. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
}

/** What goes back; `cut` is a connection that ends without a word, as when a reply is lost. */
export type Reply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'cut' };

export interface Served {
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  /** 0: the system chooses. */
  readonly port: number;
  /** A longer body is refused with 413. */
  readonly bodyBytesAtMost: number;
  /** A handler that throws has a bug: it is told here, and the client gets a 500. */
  readonly onBug: (error: unknown) => void;
}

export type Handler = (asked: Asked) => Reply | Promise<Reply>;

export const reply = (status: number, type: string, body: string, headers: Record<string, string> = {}): Reply => ({
  kind: 'reply',
  status,
  headers: { 'content-type': type, ...headers },
  body,
});

export const jsonReply = (status: number, value: unknown, headers: Record<string, string> = {}): Reply =>
  reply(status, 'application/json; charset=utf-8', JSON.stringify(value), headers);

export const cut: Reply = { kind: 'cut' };

/** Listens on loopback only; rejects if it can't. */
export const serve = async (handler: Handler, options: ServeOptions): Promise<Served> => {
  const server = createServer((request, response) => {
    void respond(handler, options, request, response);
  });
  // The client ends an idle connection, as with EC2 and Slack: a server that ends it first, after Node's 5 s, can cross
  // a request that is just being sent, and whoever doesn't try again has lost it.
  server.keepAliveTimeout = 0;
  const port = await listen(server, options.port);
  return {
    url: `http://${loopback}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const respond = async (
  handler: Handler,
  { bodyBytesAtMost, onBug }: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await bodyOf(request, bodyBytesAtMost);
  if (body === 'gone') {
    response.destroy();
    return;
  }
  const answer = body === 'too-long' ? tooLong : await answerOf(handler, onBug, { request, body, url: urlOf(request) });
  if (answer.kind === 'cut') {
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
};

const tooLong = reply(413, 'text/plain', 'too long\n', { connection: 'close' });

const answerOf = async (handler: Handler, onBug: (error: unknown) => void, asked: Asked): Promise<Reply> => {
  try {
    return await handler(asked);
  } catch (error) {
    onBug(error);
    return reply(500, 'text/plain', 'the local cloud has a bug; see its log\n');
  }
};

/** A target that is no URL becomes a path that nobody serves. */
const urlOf = (request: IncomingMessage): URL => {
  const base = `http://${loopback}`;
  return URL.canParse(request.url ?? '/', base) ? new URL(request.url ?? '/', base) : new URL('/bad-target', base);
};

const bodyOf = async (request: IncomingMessage, bytesAtMost: number): Promise<Buffer | 'too-long' | 'gone'> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesAtMost) return 'too-long';
      chunks.push(chunk);
    }
  } catch {
    return 'gone';
  }
  return Buffer.concat(chunks);
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
