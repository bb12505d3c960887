/** http-proxy in front of one node; with `agent` as a further argument it keeps connections to it. */
import { Agent } from 'node:http';
import { createProxyServer } from 'http-proxy';

const [port, target, agent] = process.argv.slice(2);
const kept = agent === 'agent' ? { agent: new Agent({ keepAlive: true, maxFreeSockets: 256 }) } : {};
const proxy = createProxyServer({ target, xfwd: true, ...kept });
proxy.on('error', (_error, _req, res) => res.destroy());
proxy.listen(Number(port), '127.0.0.1');
