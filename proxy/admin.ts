/** The admin port: is this router well, whom does it route to, what has it counted. For operators, never for clients. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export type Pages = Readonly<Record<string, () => Promise<Page>>>;

export const json = (status: number, value: unknown): Page => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
});

/** Serves the pages to GET and HEAD; anything else is 404 or 405. */
export const createAdminServer = (pages: Pages): Server => {
  const server = createServer({ maxHeaderSize: 8_192, headersTimeout: 5_000, requestTimeout: 10_000 });
  server.maxConnections = 100;
  server.on('request', (req, res) => void answer(req, res, pages));
  return server;
};

const answer = async (req: IncomingMessage, res: ServerResponse, pages: Pages): Promise<void> => {
  const [path = '/'] = (req.url ?? '/').split('?', 1);
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const { status, type, body } = !isRead
    ? json(405, { error: 'method-not-allowed' })
    : page === undefined
      ? json(404, { error: 'not-found', pages: Object.keys(pages) })
      : await page().catch((error: unknown) => json(500, { error: 'failed', because: String(error) }));
  res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  res.end(req.method === 'HEAD' ? undefined : body);
};
