import { createSocket } from 'node:dgram';
import { on, once } from 'node:events';
import { expect, test } from '@jest/globals';
import { startAgent } from '../../../monkey/agent/wiring.ts';
import { loadConfig } from '../../../monkey/config/load.ts';
import { silentLog } from '../../../pool/log.ts';
import { MemoryPool } from '../../../pool/memory-pool.ts';
import { MemoryServer } from '../../../pool/memory-server.ts';

const configOf = async (statsd: string) => {
  const text = `
pool: { name: web, allowedNetworks: [127.0.0.0/8], redis: { url: "redis://127.0.0.1:1" } }
node: { id: web-1, url: "http://127.0.0.1:9" }
agent: { shutdownFile: /nowhere/down }
collect: { statsd: "${statsd}", interval: 1s, host: web.1 }`;
  const loaded = await loadConfig({ file: 'doctor-monkey.yaml' }, {}, async () => text);
  if (loaded.kind === 'problems') throw new Error(loaded.text);
  return loaded.config;
};

test('an agent that is told to collect tells statsd of the processes of its machine, and ends when it is told to', async () => {
  const statsd = createSocket('udp4').unref();
  statsd.bind(0, '127.0.0.1');
  await once(statsd, 'listening');
  const end = new AbortController();
  const config = await configOf(`127.0.0.1:${statsd.address().port}`);
  const store = new MemoryPool(new MemoryServer('web'));
  const ended = startAgent({ config, store, log: silentLog, signal: end.signal, onReady: () => undefined });
  try {
    const mine = new RegExp(`^memory_usage\\.web-1\\.[^.]+\\.${process.pid}\\.rss:[1-9]\\d*\\|g$`, 'm');
    const heard: string[] = [];
    for await (const [bytes] of on(statsd, 'message')) {
      heard.push(String(bytes));
      if (mine.test(String(bytes))) break;
    }
    expect(heard.at(-1)).toMatch(mine);
  } finally {
    end.abort();
    await ended;
    statsd.close();
  }
});
