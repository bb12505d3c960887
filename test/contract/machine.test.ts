import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCloud } from '../../infra/local-cloud/start.ts';
import { fakeMachine } from '../../monkey/host/fake-machine.ts';
import { thisMachine } from '../../monkey/host/machine.ts';
import { systemClock } from '../../pool/clock.ts';
import { closedPort } from '../support/canned-server.ts';
import { type MachineStage, machineContract } from './machine.contract.ts';

const fakeStage = async (): Promise<MachineStage> => {
  const machine = fakeMachine('i-0123456789abcdef0');
  machine.connect(8_080, 2);
  return {
    machine,
    instanceId: 'i-0123456789abcdef0',
    clients: { port: 8_080, count: 2 },
    quietPort: 8_081,
    reboot: async () => machine.reboot(),
    shutDown: async () => machine.shutDown(),
    loseMetadata: async () => machine.metadata(false),
    end: async () => undefined,
  };
};

/** This machine's own kernel and a local cloud's metadata; the boot id and the shutdown stand in files, as there. */
const realStage = async (): Promise<MachineStage> => {
  const cloud = await startLocalCloud({ nodes: 1 });
  const folder = await mkdtemp(join(tmpdir(), 'machine-'));
  const [bootIdFile, shutdownFile] = [join(folder, 'boot_id'), join(folder, 'shutting-down')];
  await writeFile(bootIdFile, `${randomUUID()}\n`);
  const clients = await clientsOf();
  const [instance] = cloud.instances;
  const options = { bootIdFile, shutdownFile, metadata: { endpoint: instance?.imds } };
  return {
    machine: thisMachine(options, { clock: systemClock }),
    instanceId: instance?.id ?? '',
    clients,
    quietPort: await closedPort(),
    shutDown: () => writeFile(shutdownFile, ''),
    reboot: async () => {
      await writeFile(bootIdFile, `${randomUUID()}\n`);
      await rm(shutdownFile);
    },
    loseMetadata: () => cloud.stop(),
    end: async () => {
      await clients.end();
      await cloud.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** A server with a client of another process, and with one of this very process, which does not count. */
const clientsOf = async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const script = `require('node:net').connect(${port}, '127.0.0.1'); process.stdin.resume().on('end', () => process.exit())`;
  const arrived = once(server, 'connection');
  const other = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'ignore', 'ignore'] });
  await arrived;
  const both = once(server, 'connection');
  const own = connect(port, '127.0.0.1');
  await both;
  return {
    port,
    count: 1,
    end: async () => {
      own.destroy();
      other.stdin.end();
      await once(other, 'close');
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

machineContract('the fake', fakeStage);
machineContract('this machine', realStage);
