import type { IncomingMessage } from 'node:http';
import { type Route, send, sendJson } from '../route.ts';

const bytesAtMost = 16 * 1024 * 1024;

/** Answers with the body that was posted, and its type. More than 16 MiB is refused. */
export const echo: Route = {
  method: 'POST',
  answer: async ({ request, response }) => {
    const body = await bodyOf(request);
    if (body === 'too-large') {
      response.setHeader('connection', 'close');
      sendJson(response, 413, { error: `at most ${bytesAtMost} bytes are echoed` });
      return;
    }
    send(response, 200, request.headers['content-type'] ?? 'application/octet-stream', body);
  },
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer | 'too-large'> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesAtMost) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
