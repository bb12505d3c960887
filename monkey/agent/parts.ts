import type { Clock } from '../../pool/clock.ts';
import type { Log } from '../../pool/log.ts';
import type { PolicySource } from '../../pool/policy.ts';
import type { Limits, PoolStore } from '../../pool/store.ts';
import type { EvidenceSource } from '../doctor/ports/evidence.ts';
import type { LineSource } from '../doctor/ports/lines.ts';
import type { Machine } from '../doctor/ports/machine.ts';
import type { Power } from '../doctor/ports/power.ts';
import type { Probe } from '../doctor/ports/probe.ts';
import type { ProcessList } from '../doctor/ports/processes.ts';
import type { Profiler } from '../doctor/ports/profiler.ts';
import type { Service } from '../doctor/ports/service.ts';
import type { VitalsSource } from '../doctor/ports/vitals-source.ts';

/** All that an agent touches of the world. */
export interface AgentParts {
  readonly store: PoolStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly machine: Machine;
  readonly vitals: VitalsSource;
  readonly probe: Probe;
  readonly power: Power;
  readonly evidence: EvidenceSource;
  /** Whose memory is remembered for an hour; absent: nobody's, and OOM kills have no names. */
  readonly processes?: ProcessList;
  /** Tells a metrics server of this node until the signal aborts; never throws. Absent where nobody has asked for it. */
  readonly push?: (signal: AbortSignal) => Promise<void>;
  /** Absent where this agent has none. */
  readonly profiler?: Profiler;
  /** The app's log; absent where nobody has said where it is. */
  readonly journal?: LineSource;
  /** What the kernel said of memory that ran out. */
  readonly kernelLog?: LineSource;
  /** The deploy that runs, in a few words; absent where nobody has said who knows. */
  readonly deploy?: (limits: Limits) => Promise<string | undefined>;
  /** The app's service; absent where nobody has said how it is restarted. */
  readonly service?: Service;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** A new id, unique in the world. */
  readonly newId: () => string;
  /** Calls `tick` for every round until the signal aborts; node-cron in production. */
  readonly rounds: (tick: () => void, signal: AbortSignal) => void;
}

/** What is an agent's own, and not the pool's. */
export interface AgentOptions {
  readonly url: string;
  readonly service: string;
  /** Where the app listens on this machine, if not at the port of `url`. */
  readonly appPort?: number;
  readonly mode: 'observe' | 'act';
  readonly beatMs: number;
  /** Every call to Redis ends within this time. */
  readonly poolDeadlineMs: number;
  /** How often a drain is looked at. */
  readonly drainPollMs: number;
  /** What this agent brings to a pool that has no policy yet. */
  readonly policy?: PolicySource;
}

/** Who this agent is, for as long as it lives. */
export interface Self {
  readonly id: string;
  readonly bootId: string;
  readonly session: string;
}
