/** A machine as physics has it: what it is, whatever anybody believes of it. */
import type { Untruth } from './schedule.ts';

export interface Machine {
  readonly number: number;
  readonly id: string;
  readonly url: string;
  /** What EC2 says of it. `dead`: EC2 says running, and nothing of it runs. */
  power: 'running' | 'booting' | 'dead' | 'stopping' | 'stopped' | 'terminated';
  /** What EC2 says instead, while it is going down. */
  says: 'stopping' | 'shutting-down' | undefined;
  /** What EC2 says of it, untruly, when it is asked. */
  lies: Untruth | undefined;
  /** By whom it was stopped. */
  stoppedByUs: boolean;
  unmeasurable: boolean;
  boots: number;
  bootedAtMs: number;
  /** Until when it is sick; undefined: it is well. */
  sick: 'reboot' | 'stop-start' | 'for-ever' | 'by-itself' | undefined;
  /** Until when its app leaks memory; undefined: it does not. */
  leaks: 'restart' | 'reboot' | 'for-ever' | undefined;
  app: 'well' | 'boot' | 'by-itself' | 'for-ever';
  /** What brings a dead machine back. */
  mends: 'reboot' | 'stop-start' | 'never';
  goingDown: boolean;
}

export const newMachine = (number: number): Machine => ({
  ...{ number, id: `i-${String(number).padStart(8, '0')}`, url: `http://10.0.0.${number}:8080` },
  ...{
    power: 'running',
    boots: 1,
    bootedAtMs: -3_600_000,
    sick: undefined,
    leaks: undefined,
    app: 'well',
    mends: 'reboot',
  },
  ...{ goingDown: false, says: undefined, lies: undefined, stoppedByUs: false, unmeasurable: false },
});

export const bootIdOf = ({ id, boots }: Machine): string => `${id}-boot-${boots}`;

/** Share of its CPU that a machine uses for itself, and what a sick one burns. */
export const ownCpu = ({ sick }: Machine): number => (sick === undefined ? 0.05 : 0.97);

export const answers = ({ power, app }: Machine): boolean => power === 'running' && app === 'well';
