import { join } from 'node:path';
import type { Machine } from '../machine/machine.ts';

/** An EC2 instance: a machine, and what the region knows of it. */
export interface Instance {
  readonly id: string;
  /** 0 for the first one ever launched, and so on. */
  readonly index: number;
  readonly reservationId: string;
  /** Its place among those launched by the same call. */
  readonly launchIndex: number;
  readonly imageId: string;
  readonly type: string;
  readonly cpus: number;
  readonly clientToken: string | undefined;
  readonly launchedAtMs: number;
  /** As it came, in base64. */
  readonly userData: string | undefined;
  /** How long a boot takes where this instance has its own time for it. */
  readonly bootMs: number | undefined;
  readonly tags: Map<string, string>;
  readonly machine: Machine;
  readonly port: number;
  /** Where its app answers. */
  readonly url: string;
  /** Where its instance metadata service answers. */
  readonly imds: string;
  /** Gives back its port and closes its metadata service. */
  readonly release: () => Promise<void>;
}

/** Where a machine keeps what others may want to know of it. */
export interface MachineFiles {
  readonly machineDir: string;
  /** Holds a new id with every boot. */
  readonly bootIdFile: string;
  /** Holds the process id of init, under which all that the machine runs hangs. */
  readonly initPidFile: string;
  /** Is there while the machine goes down. */
  readonly shutdownFile: string;
}

export const filesOf = (machineDir: string): MachineFiles => ({
  machineDir,
  bootIdFile: join(machineDir, 'boot_id'),
  initPidFile: join(machineDir, 'init.pid'),
  shutdownFile: join(machineDir, 'shutting-down'),
});

/** What the units of an instance may be made from. */
export interface InstanceFacts extends MachineFiles {
  readonly id: string;
  readonly index: number;
  readonly cpus: number;
  readonly port: number;
  readonly url: string;
  readonly imds: string;
  readonly region: string;
  readonly ec2Url: string;
  readonly slackUrl: string;
  readonly tags: Readonly<Record<string, string>>;
}
