/** @fastify/reply-from in front of one node, with undici beneath, connections kept, bodies passed on as they come. */
import replyFrom from '@fastify/reply-from';
import fastify from 'fastify';

const [port, base] = process.argv.slice(2);
const app = fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
await app.register(replyFrom, { base, undici: { connections: 128, pipelining: 1 } });
app.all('/*', (request, reply) => reply.from(request.raw.url));
await app.listen({ port: Number(port), host: '127.0.0.1' });
