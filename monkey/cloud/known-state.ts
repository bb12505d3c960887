import type { MachineState } from '../doctor/ports/power.ts';

const states: readonly MachineState[] = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'];

/** EC2's word for a state, where it is one that we know. */
export const knownState = (name: string): MachineState | undefined => states.find((known) => known === name);
