import type { Log } from './log.ts';
import type { Unit } from './machine/unit.ts';
import type { InstanceFacts } from './region/instance.ts';
import type { PostRate } from './slack/rate.ts';

export interface LocalCloudOptions {
  /** How many instances are there from the beginning. */
  readonly nodes: number;
  /** What an instance runs unless its user data says; nothing unless told. */
  readonly units?: (facts: InstanceFacts) => readonly Unit[];
  /** How long a boot takes, from the end of the last process to the start of the first: 3000 unless told. */
  readonly bootMs?: number;
  /** How long the very first boot of the first instances takes: 0 unless told, as they have long been there. */
  readonly firstBootMs?: number;
  /** How long processes have to obey SIGTERM when their machine goes down: 600 unless told. */
  readonly graceMs?: number;
  /** CPUs that an instance declares: 2 unless told. */
  readonly cpus?: number;
  /** Values of the tags `service` and `pool` (and `doctor-monkey:pool`): `web` unless told. */
  readonly service?: string;
  readonly pool?: string;
  /** More tags of the first instances, by their index; here even those that begin with `aws:`. */
  readonly tags?: (index: number) => Readonly<Record<string, string>>;
  /** `local-1` unless told: a client that misses our endpoint finds no such region. */
  readonly region?: string;
  /** Of EC2's and Slack's API; 0, the system chooses, unless told. */
  readonly port?: number;
  readonly instancesAtMost?: number;
  /** Environment of every unit before what the machine adds; a plain PATH unless told. */
  readonly env?: Readonly<Record<string, string>>;
  /** Actions that the role of an instance may not do: none unless told. */
  readonly roleDenied?: readonly string[];
  readonly slackChannels?: readonly string[];
  /** What the token may do: everything here unless told. */
  readonly slackScopes?: readonly string[];
  readonly slackPostRate?: PostRate;
}

export interface LocalCloudPorts {
  readonly log: Log;
}

export type Settings = Required<LocalCloudOptions>;

export const settingsFrom = (options: LocalCloudOptions): Settings => ({
  units: () => [],
  bootMs: 3000,
  firstBootMs: 0,
  graceMs: 600,
  cpus: 2,
  service: 'web',
  pool: 'web',
  tags: () => ({}),
  region: 'local-1',
  port: 0,
  instancesAtMost: 64,
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  roleDenied: [],
  slackChannels: ['doctor-monkey'],
  slackScopes: ['chat:write', 'channels:read', 'channels:history', 'files:write'],
  // Slack promises one a second and bears short bursts.
  slackPostRate: { perSecond: 1, burst: 40 },
  ...options,
});
