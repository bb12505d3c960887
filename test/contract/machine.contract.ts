import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Machine } from '../../monkey/doctor/ports/machine.ts';

/** A machine with somebody who can do to it what happens to machines. */
export interface MachineStage {
  readonly machine: Machine;
  readonly instanceId: string;
  /** A port with clients, and how many there are. */
  readonly clients: { readonly port: number; readonly count: number };
  /** A port that nobody uses. */
  readonly quietPort: number;
  readonly reboot: () => Promise<void>;
  readonly shutDown: () => Promise<void>;
  readonly loseMetadata: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** What holds for everything that says who a machine is. */
export const machineContract = (name: string, start: () => Promise<MachineStage>): void => {
  describe(name, () => {
    let stage: MachineStage;
    beforeAll(async () => {
      stage = await start();
    }, 30_000);
    afterAll(() => stage.end());

    test('knows its instance id', async () => {
      expect(await stage.machine.instanceId({ deadlineMs: 10_000 })).toBe(stage.instanceId);
    });

    test('counts the connections to a port', async () => {
      const { machine, clients, quietPort } = stage;
      expect(await machine.establishedTo(clients.port)).toBe(clients.count);
      expect(await machine.establishedTo(quietPort)).toBe(0);
    });

    test('keeps its boot id until it is booted again, and shuts down in between', async () => {
      const { machine, reboot, shutDown } = stage;
      const before = await machine.bootId();
      expect(await machine.bootId()).toBe(before);
      expect(await machine.shuttingDown()).toBe(false);
      await shutDown();
      expect(await machine.shuttingDown()).toBe(true);
      expect(await machine.bootId()).toBe(before);
      await reboot();
      expect(await machine.shuttingDown()).toBe(false);
      expect(await machine.bootId()).not.toBe(before);
    });

    test('throws where its instance id cannot be had in time', async () => {
      await stage.loseMetadata();
      await expect(stage.machine.instanceId({ deadlineMs: 200 })).rejects.toThrow();
    });
  });
};
