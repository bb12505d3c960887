/** The parts of the agent's own file that say how this machine is measured and known. */
import { z } from 'zod';

const file = z.string().startsWith('/', 'an absolute path, please');

/**
 * Which processes are meant; exactly one of these.
 * - `pidFile`: the process whose id the file holds, and all that belong to it.
 * - `unit`: a systemd service, by its control group, which anybody may read. The way for systemd.
 * - `port`: whoever listens there, and its children. The way where agent and app have the same user.
 * - `environment`: processes started with this variable, written `NAME=value`.
 * - `pid`: a process id that is known when the file is written.
 */
const selectorShape = {
  pidFile: file.optional(),
  unit: z
    .string()
    .regex(/^[A-Za-z0-9:_.@\\-]+\.(service|scope)$/, 'the name of a unit, like app.service')
    .optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  environment: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*=.+$/, 'written NAME=value')
    .optional(),
  pid: z.number().int().min(1).optional(),
};

const onlyOne = 'give exactly one of pidFile, unit, port, environment, pid';
const selects = (selector: ProcessSelector): boolean =>
  [selector.pidFile, selector.unit, selector.port, selector.environment, selector.pid].filter(
    (value) => value !== undefined,
  ).length === 1;

export interface ProcessSelector {
  readonly pidFile?: string | undefined;
  readonly unit?: string | undefined;
  readonly port?: number | undefined;
  readonly environment?: string | undefined;
  readonly pid?: number | undefined;
}

/** The app under care: its busiest thread is watched. Where it is absent, take the port of the node's URL. */
export const appProcessSchema = z.strictObject(selectorShape).refine(selects, onlyOne);

/** Where the share of CPU comes from. */
export const cpuSourceSchema = z.discriminatedUnion('source', [
  /** The whole machine. */
  z.strictObject({ source: z.literal('host') }),
  /** A control group, v1 or v2; its path as /proc/PID/cgroup shows it. */
  z.strictObject({ source: z.literal('cgroup'), path: z.string().startsWith('/', 'starts with /').default('/') }),
  /** A process and all that belong to it; `cpus` is how many it counts as its own. */
  z
    .strictObject({ source: z.literal('process-tree'), ...selectorShape, cpus: z.number().positive().max(4_096) })
    .refine(selects, onlyOne),
]);
export type CpuSource = z.output<typeof cpuSourceSchema>;

const isNear = (text: string): boolean => {
  const { protocol, hostname } = URL.canParse(text) ? new URL(text) : { protocol: '', hostname: '' };
  const near = /^(127\.\d+\.\d+\.\d+|localhost|169\.254\.\d+\.\d+|\[::1\]|\[fd00:ec2::254\])$/.test(hostname);
  return protocol === 'http:' && near;
};

/** How the machine says who it is. */
export const machineSchema = z.strictObject({
  /** Read instead of the kernel's boot id, where the node is not a whole machine. */
  bootIdFile: file.optional(),
  /** While this file is there, the machine is going down. */
  shutdownMarker: file.optional(),
  /** Only where the instance metadata service is not at its usual address. */
  imdsEndpoint: z
    .string()
    .refine(isNear, 'an http URL of the metadata service: of this machine, or link-local')
    .optional(),
});
export type MachineOptions = z.output<typeof machineSchema>;
