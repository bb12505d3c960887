/** fast-proxy in front of one node, as its README shows it, with undici beneath and connections kept. */
import { createServer } from 'node:http';
import fastProxy from 'fast-proxy';

const [port, base] = process.argv.slice(2);
const { proxy } = fastProxy({ base, undici: { connections: 128, pipelining: 1 } });
createServer((req, res) => proxy(req, res, req.url, {})).listen(Number(port), '127.0.0.1');
