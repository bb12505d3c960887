/** How long `monkey services` takes, from its start to its end, on a provider that answers many at once. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { percentile } from '../number.ts';
import type { CollectBench, Finding } from './bench.ts';

const servers = 150;
const eachMs = 100;
const runs = 10;
const mostMs = 1_500;

export const servicesOfProvider = async ({ signal }: CollectBench): Promise<Finding> => {
  const lines: string[] = [];
  const missed: string[] = [];
  for (const keepsConnections of [true, false]) {
    const what = `services, ${servers} servers of ${eachMs} ms each, ${keepsConnections ? 'connections kept' : 'a connection each'}`;
    const took = await withProvider(keepsConnections, (url) => times(url, signal));
    const middle = percentile(took, 0.5);
    lines.push(`${what}: median ${middle.toFixed(0)} ms of ${took.map((ms) => ms.toFixed(0)).join(', ')}`);
    if (middle > mostMs) missed.push(`${what} ${middle.toFixed(0)} ms, ${mostMs} wanted`);
  }
  return { lines, missed };
};

const times = async (url: string, signal: AbortSignal): Promise<readonly number[]> => {
  const all: number[] = [];
  while (all.length < runs && !signal.aborted) all.push(await command(url));
  return all;
};

const command = async (url: string): Promise<number> => {
  const monkey = new URL('./monkey.js', import.meta.url).pathname;
  const startedMs = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [monkey, 'services', '--json', '--inventory', url]);
  const ms = performance.now() - startedMs;
  const answer = JSON.parse(stdout) as { readonly servers: readonly unknown[]; readonly unknown: number };
  if (answer.servers.length !== servers || answer.unknown > 0) throw new Error('the command did not read all servers');
  return ms;
};

const withProvider = async <T>(keepsConnections: boolean, use: (url: string) => Promise<T>): Promise<T> => {
  const addresses = Array.from({ length: servers }, (_, index) => `10.0.0.${index}`);
  const provider = createServer((request, response) => {
    if (!keepsConnections) response.setHeader('connection', 'close');
    const isList = request.url === '/servers';
    const body = isList ? addresses : { cpu: '74%', memory: '32%', service: 'UserService' };
    setTimeout(() => response.end(JSON.stringify(body)), eachMs);
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  try {
    return await use(`http://127.0.0.1:${(provider.address() as AddressInfo).port}`);
  } finally {
    provider.close();
    provider.closeAllConnections();
  }
};
