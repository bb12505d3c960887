import { readFile } from 'node:fs/promises';
import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import type { Machine } from '../doctor/ports/machine.ts';
import type { MachineOptions } from './config-schema.ts';
import { establishedTo } from './connections.ts';
import { isShuttingDown, type ShutdownOptions } from './shutdown.ts';

export interface ThisMachineOptions extends MachineOptions {
  /** Where the kernel is to be found, if not in /proc. */
  readonly procRoot?: string;
  readonly init?: ShutdownOptions;
}

export interface ThisMachine extends Machine {
  /** The region that the machine is in, from its metadata. Throws ImdsAway where it cannot be had in time. */
  region(limits: Limits): Promise<string>;
}

/** This machine, as its kernel, its init system and its metadata service know it. */
export const thisMachine = (options: ThisMachineOptions, { clock }: { readonly clock: Clock }): ThisMachine => {
  const procRoot = options.procRoot ?? '/proc';
  const bootIdFile = options.bootIdFile ?? `${procRoot}/sys/kernel/random/boot_id`;
  // An HTTP client is needed once in the life of an agent: it is loaded then.
  const metadata = async () => (await import('./imds.ts')).imds({ endpoint: options.imdsEndpoint, clock });
  return {
    instanceId: async (limits) => (await metadata()).instanceId(limits),
    region: async (limits) => (await metadata()).region(limits),
    bootId: () => readBootId(bootIdFile),
    establishedTo: (port) => establishedTo(procRoot, port),
    shuttingDown: () => isShuttingDown({ marker: options.shutdownMarker, ...options.init }),
  };
};

/** A boot id that is empty or half written must not look like a new one. */
const readBootId = async (path: string): Promise<string> => {
  const text = (await readFile(path, 'utf8')).trim();
  if (!/^[A-Za-z0-9-]{8,64}$/.test(text)) throw new Error(`${path} holds no boot id`);
  return text;
};
