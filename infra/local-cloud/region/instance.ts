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

/** What the units of an instance may be made from. */
export interface InstanceFacts {
  readonly id: string;
  readonly index: number;
  readonly cpus: number;
  readonly port: number;
  readonly url: string;
  readonly imds: string;
  readonly machineDir: string;
  readonly bootIdFile: string;
  readonly region: string;
  readonly ec2Url: string;
  readonly slackUrl: string;
  readonly tags: Readonly<Record<string, string>>;
}
