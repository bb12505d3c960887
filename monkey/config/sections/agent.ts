import * as z from 'zod';
import { duration } from '../../../pool/units.ts';
import { httpUrl } from './address.ts';
import { cron } from './cron.ts';
import { absolutePath } from './file-path.ts';

const cpu = z
  .strictObject({
    source: z
      .enum(['host', 'cgroup', 'process-tree'])
      .default('host')
      .describe(
        'What is measured: `host` the whole machine, `cgroup` a control group, `process-tree` a process and its descendants.',
      ),
    cgroup: absolutePath.optional().describe('Folder of the control group, for `source: cgroup`.'),
    pidFile: absolutePath.optional().describe('File with the number of the root process, for `source: process-tree`.'),
    cpus: z
      .number()
      .min(0.01, 'a node has more than no CPU')
      .max(4_096)
      .optional()
      .describe("CPUs that the node has, where it is not the whole machine; without it, the machine's."),
  })
  .refine(({ source, cgroup }) => source !== 'cgroup' || cgroup !== undefined, {
    path: ['cgroup'],
    error: 'is missing; source: cgroup needs the folder of the control group',
  })
  .refine(({ source, pidFile }) => source !== 'process-tree' || pidFile !== undefined, {
    path: ['pidFile'],
    error: 'is missing; source: process-tree needs a file with the number of the root process',
  })
  .prefault({})
  .describe("How the node's CPU is measured.");

const commands = z
  .record(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is no name for a command; use lower-case letters, digits and hyphens'),
    z.array(z.string()).min(1, 'names no program'),
  )
  .default({})
  .describe('Programs that `command` checks of the policy may run, by name: a list of program and arguments, no shell.')
  .meta({ examples: [{ 'disk-ok': ['/usr/local/bin/disk-ok', '--min', '10%'] }] });

const unit = z.string().regex(/^[\w@.:-]+\.service$/, {
  error: ({ input }) => `${JSON.stringify(input)} is no name of a systemd service; write it like meow.service`,
});

const service = z
  .strictObject({
    unit: unit
      .optional()
      .describe('systemd unit, restarted by `systemctl`; the agent needs the right to (docs/install.md).'),
    pidFile: absolutePath
      .optional()
      .describe("File with the number of the service's main process, which somebody starts again when it ends."),
    signal: z
      .enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL'])
      .default('SIGTERM')
      .describe('What ends that process, for `pidFile`.'),
  })
  .refine(({ unit, pidFile }) => (unit === undefined) !== (pidFile === undefined), {
    error: 'needs either unit or pidFile, and not both',
  })
  .optional()
  .describe('How the service is restarted. Without it that remedy is skipped.');

const evidence = z
  .strictObject({
    journal: unit
      .optional()
      .describe(
        'systemd unit whose last lines are kept with an incident, in Redis only; without it, that of `service`.',
      ),
    lines: z.int().min(0).max(100).default(50).describe('How many of them. `0`: none.'),
    profiler: z
      .enum(['auto', 'perf', 'off'])
      .default('auto')
      .describe(
        'How the app is profiled: `auto` by the inspector where it is Node.js (sends it SIGUSR1), otherwise by perf; `perf` by that alone; `off`: no profile of this node is taken.',
      ),
    deployFile: absolutePath
      .optional()
      .describe('File whose first line names the deploy that runs; told where a bug in the code is found.'),
  })
  .prefault({})
  .describe('What is kept of a sick node, beside what the policy says: see docs/guides/evidence.md.');

const disks = z
  .array(absolutePath)
  .max(20)
  .default(['/'])
  .describe('Paths whose file systems are watched for being full.');

const metadata = z
  .strictObject({
    endpoint: httpUrl('http://169.254.169.254')
      .prefault('http://169.254.169.254')
      .describe('The instance metadata service (IMDSv2).'),
    timeout: duration(10, 60_000).prefault('2s').describe('How long one question to it may take.'),
  })
  .prefault({})
  .describe('Where the instance says who it is.');

export const agentSection = z
  .strictObject({
    mode: z.enum(['observe', 'act']).default('observe').describe('`observe` decides and reports, `act` treats.'),
    rounds: cron.default('*/30 * * * * *').describe('When rounds begin: a cron expression, with seconds first.'),
    jitter: duration(0, 60_000)
      .prefault('500ms')
      .describe('Each round begins up to this much later, at random, so that nodes do not act in step.'),
    beat: duration(100, 60_000).prefault('1s').describe('Pause between two signs of life.'),
    cpu,
    app: z
      .strictObject({
        pidFile: absolutePath.optional().describe("File with the number of the app's main process."),
        cgroup: absolutePath.optional().describe("Folder of the app's control group."),
      })
      .prefault({})
      .describe(
        'Which processes are the app: its busiest thread is watched. Without it, whoever listens on its port, as far as the agent may see that.',
      ),
    bootIdFile: absolutePath
      .default('/proc/sys/kernel/random/boot_id')
      .describe('File whose content changes with every boot, and only then.'),
    shutdownFile: absolutePath
      .optional()
      .describe('File that exists while the machine is going down, where systemd does not say so.'),
    service,
    evidence,
    disks,
    commands,
    metadata,
  })
  .prefault({})
  .describe('What the agent on a node does, and where it looks.');
