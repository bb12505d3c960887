import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeProbe } from '../../monkey/probe/fake-probe.ts';
import { nodeProbe } from '../../monkey/probe/node-probe.ts';
import { cannedServer } from '../support/canned-server.ts';
import { type ProbeStage, probeContract } from './probe.contract.ts';

probeContract('the fake', async (): Promise<ProbeStage> => {
  const probe = fakeProbe();
  const kinds = ['content', 'status', 'address', 'http', 'tcp', 'command'] as const;
  return {
    probe,
    url: 'http://10.0.0.7:8080',
    breakDown: async () => {
      for (const kind of kinds) probe.fail(kind, 'connection refused by 10.0.0.7:8080');
    },
    end: async () => undefined,
  };
});

probeContract('the network and the commands of this machine', async (): Promise<ProbeStage> => {
  const server = await cannedServer((_request, response) => response.end('meow'));
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  const sick = join(folder, 'sick');
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop());
  return {
    // Without a ping: this machine would answer it, whatever becomes of the server.
    probe: nodeProbe({ path: folder, commands: { well: ['/usr/bin/test', '!', '-e', sick] } }),
    url: server.url,
    breakDown: async () => {
      await writeFile(sick, '');
      await stop();
    },
    end: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
