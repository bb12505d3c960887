import { createSocket } from 'node:dgram';
import { on, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freePort } from '../../../infra/free-port.ts';
import { startAgent } from '../../../monkey/agent/wiring.ts';
import { loadConfig } from '../../../monkey/config/load.ts';
import { procLook } from '../../../monkey/host/process-look.ts';
import { systemClock } from '../../../pool/clock.ts';
import { silentLog } from '../../../pool/log.ts';
import { MemoryPool } from '../../../pool/memory-pool.ts';
import { MemoryServer } from '../../../pool/memory-server.ts';
import { withNode } from '../../support/victim.ts';

const configOf = async (more: string) => {
  const text = `
pool: { name: web, allowedNetworks: [127.0.0.0/8], redis: { url: "redis://127.0.0.1:1" } }
node: { id: web-1, url: "http://127.0.0.1:9" }
${more}`;
  const loaded = await loadConfig({ file: 'doctor-monkey.yaml' }, {}, async () => text);
  if (loaded.kind === 'problems') throw new Error(loaded.text);
  return loaded.config;
};

test('an agent that is told to collect tells statsd of the processes of its machine, and ends when it is told to', async () => {
  const statsd = createSocket('udp4').unref();
  statsd.bind(0, '127.0.0.1');
  await once(statsd, 'listening');
  const end = new AbortController();
  const config = await configOf(
    `agent: { shutdownFile: /nowhere/down }
collect: { statsd: "127.0.0.1:${statsd.address().port}", interval: 1s, host: web.1 }`,
  );
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

test('an agent closes the inspector that the one before it had opened and could not close', async () => {
  const runtimeFolder = await mkdtemp(join(tmpdir(), 'agent-'));
  const port = await freePort();
  const look = procLook();
  const isOpen = async (pid: number) =>
    (await look.listenersOf(pid, AbortSignal.timeout(5_000)))?.some((one) => one.port === port) === true;
  const idle = 'console.log("up"); setInterval(() => undefined, 1_000);\n';
  try {
    await withNode(idle, [`--inspect-port=${port}`], async ({ pid }) => {
      process.kill(pid, 'SIGUSR1');
      while (!(await isOpen(pid))) await systemClock.sleep(10);
      const debt = { pid, startTicks: look.glance(pid)?.startTicks, title: 'node app.js', others: [] };
      await writeFile(join(runtimeFolder, 'inspectors-asked.json'), JSON.stringify([debt]));
      const end = new AbortController();
      const config = await configOf('agent: { shutdownFile: /nowhere/down }');
      const store = new MemoryPool(new MemoryServer('web'));
      const given = { config, store, log: silentLog, signal: end.signal, runtimeFolder, onReady: () => undefined };
      const ended = startAgent(given);
      try {
        while (await isOpen(pid)) await systemClock.sleep(10);
      } finally {
        end.abort();
        await ended;
      }
    });
  } finally {
    await rm(runtimeFolder, { recursive: true });
  }
});
