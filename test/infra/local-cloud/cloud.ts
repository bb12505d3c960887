import { readFileSync } from 'node:fs';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { jest } from '@jest/globals';
import type { LocalCloud } from '../../../infra/local-cloud/local-cloud.ts';
import type { Unit } from '../../../infra/local-cloud/machine/unit.ts';
import type { LocalCloudOptions } from '../../../infra/local-cloud/options.ts';
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';

// Real processes boot here, on machines that may have much else to do.
jest.setTimeout(60_000);

/** Long enough for a slow machine, and never waited for on a good one. */
export const soon = { deadlineMs: 40_000 };

const path = process.env['PATH'] ?? '/usr/bin:/bin';

/** A cloud for one test; its machines boot quickly. */
export const cloudOf = (options: Partial<LocalCloudOptions> = {}): Promise<LocalCloud> =>
  startLocalCloud({ nodes: 1, bootMs: 50, graceMs: 300, env: { PATH: path }, ...options });

/** The real client; it does not try again, so that every error is seen. */
export const sdkFor = (cloud: LocalCloud, more: EC2ClientConfig = {}): EC2Client =>
  new EC2Client({
    endpoint: cloud.ec2Url,
    region: cloud.region,
    credentials: { accessKeyId: cloud.accessKeyId, secretAccessKey: cloud.secretAccessKey },
    maxAttempts: 1,
    ...more,
  });

/** A unit that runs a shell script. */
export const shell = (name: string, script: string): Unit => ({ name, command: '/bin/sh', args: ['-c', script] });

/** A unit that answers HTTP with its process id, boot id and node; it weighs little and starts fast. */
export const answering: Unit = {
  name: 'app',
  command: process.execPath,
  args: [
    '-e',
    `const boot = require('fs').readFileSync(process.env.BOOT_ID_FILE, 'utf8').trim();
     require('http').createServer((_, response) =>
       response.end(JSON.stringify({ pid: process.pid, boot, env: process.env }))).listen(process.env.PORT, '127.0.0.1');`,
  ],
};

/** A zombie whose parent has not looked yet is dead. */
export const isAlive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !['Z', 'X'].includes(stat[stat.lastIndexOf(')') + 2] ?? 'X');
  } catch {
    return false;
  }
};

/** Waits for what has no event to wait for. */
export const eventually = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  const lastMs = performance.now() + soon.deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > lastMs) throw new Error(`${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
