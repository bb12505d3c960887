import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from './failure.ts';

/** Answers that are ours, whole, and not ended yet only because the client is still sending. */
const refused = new WeakSet<ServerResponse>();
export const isRefused = (res: ServerResponse): boolean => refused.has(res);

/** How long, and how much of, what a client sends is still read once its answer stands. */
const lingerMs = 1_000;
const lingerBytes = 1 << 20;

/**
 * Answers with a status and a reason, as JSON.
 *
 * @param isBodyComing false where the client was to be told first, so that it sends none
 */
export const refuse = (
  req: IncomingMessage,
  res: ServerResponse,
  { status, error, because }: Refusal,
  isBodyComing = true,
): void => {
  const body = `${JSON.stringify({ error, because })}\n`;
  const headers = ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))];
  if (status === 503) headers.push('retry-after', '1');
  if (!req.complete || isOfClient(status)) headers.push('connection', 'close');
  res.writeHead(status, headers);
  if (req.method !== 'HEAD') res.write(body);
  refused.add(res);
  if (isBodyComing) endAfterBody(req, res);
  else res.end();
};

/** Who sends one wrong request is not read any further: the next might be the rest of this one. */
const isOfClient = (status: number): boolean => (status >= 400 && status < 500) || status === 501 || status === 508;

/**
 * The same on a socket that has left HTTP's hands, where nothing has been answered yet. What the client still says is
 * thrown away; where it does not close, it is closed: nothing else would ever end a socket that nobody serves.
 */
export const refuseOnSocket = (socket: Duplex, { status, error, because }: Refusal): void => {
  if (!socket.writable) return;
  const body = `${JSON.stringify({ error, because })}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
};

/**
 * Ends an answer. Where the client is still sending, what it sends is thrown away for a moment first: closing a
 * connection on unread data resets it, and the client would lose the answer that it has not read yet.
 */
export const endAfterBody = (req: IncomingMessage, res: ServerResponse): void => {
  if (req.complete || res.destroyed) {
    // What lies unread in a complete request must not stand before the next one of this connection.
    if (!req.readableEnded) req.resume();
    res.end();
    return;
  }
  let left = lingerBytes;
  const end = (): void => {
    clearTimeout(timer);
    res.end();
  };
  const timer = setTimeout(end, lingerMs);
  req.unpipe();
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  });
  // What was piped until now stands still, and hearing alone does not set it going again.
  req.resume();
  req.once('end', end);
  req.once('close', end);
};
