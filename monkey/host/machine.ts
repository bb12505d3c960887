import { readFile } from 'node:fs/promises';
import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import type { Machine } from '../doctor/ports/machine.ts';
import { establishedTo } from './connections.ts';
import { isShuttingDown, type ShutdownOptions } from './shutdown.ts';

export interface ThisMachineOptions extends ShutdownOptions {
  /** Read for the boot id instead of what the kernel says, where the node is not a whole machine. */
  readonly bootIdFile?: string | undefined;
  /** The instance metadata service, and how long one question to it may take, in milliseconds. */
  readonly metadata?: { readonly endpoint?: string | undefined; readonly timeout?: number | undefined } | undefined;
  /** Where the kernel is to be found, if not in /proc. */
  readonly procRoot?: string;
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
  const metadata = async () => (await import('./imds.ts')).imds(options.metadata ?? {}, { clock });
  return {
    instanceId: async (limits) => (await metadata()).instanceId(limits),
    region: async (limits) => (await metadata()).region(limits),
    bootId: () => readBootId(bootIdFile),
    establishedTo: (port) => establishedTo(procRoot, port),
    shuttingDown: () => isShuttingDown(options),
  };
};

/** A boot id that is empty or half written must not look like a new one. */
const readBootId = async (path: string): Promise<string> => {
  const text = (await readFile(path, 'utf8')).trim();
  if (!/^[A-Za-z0-9-]{8,64}$/.test(text)) throw new Error(`${path} holds no boot id`);
  return text;
};
