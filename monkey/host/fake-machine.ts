import { OutOfTime } from '../../pool/within.ts';
import type { Machine } from '../doctor/ports/machine.ts';

/** A machine that a test reboots, connects clients to and shuts down. */
export interface FakeMachine extends Machine {
  /** It comes back with another boot id, no connections and no shutdown under way. */
  readonly reboot: () => void;
  readonly connect: (port: number, connections: number) => void;
  readonly shutDown: () => void;
  /** The metadata service answers, or does not. */
  readonly metadata: (answers: boolean) => void;
}

export const fakeMachine = (instanceId = 'i-0123456789abcdef0'): FakeMachine => {
  let boots = 1;
  let answers = true;
  let goingDown = false;
  const connections = new Map<number, number>();
  return {
    instanceId: async ({ deadlineMs, signal }) => {
      if (!answers || signal?.aborted === true) throw new OutOfTime('deadline-passed', deadlineMs);
      return instanceId;
    },
    bootId: async () => `00000000-0000-4000-8000-${String(boots).padStart(12, '0')}`,
    establishedTo: async (port) => connections.get(port) ?? 0,
    shuttingDown: async () => goingDown,
    reboot: () => {
      boots += 1;
      goingDown = false;
      connections.clear();
    },
    connect: (port, count) => void connections.set(port, count),
    shutDown: () => {
      goingDown = true;
    },
    metadata: (now) => {
      answers = now;
    },
  };
};
