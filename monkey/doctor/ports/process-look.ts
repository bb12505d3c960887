/** What the kernel tells of a process: enough to say whether, and how, it may be profiled. */
export interface ProcessFacts {
  readonly pid: number;
  /** When it started, in ticks since boot. With the pid it names a process for good: pids are used again. */
  readonly startTicks: number;
  /** CPU time that it has used so far, in ticks. */
  readonly ticks: number;
  /** The file name of its program; what it calls itself where that may not be seen. */
  readonly program: string;
  /** Its command line. May hold secrets: never shown, never sent. */
  readonly argv: readonly string[];
  /** NODE_OPTIONS of its environment, where that may be read. Never shown either. */
  readonly nodeOptions: string | undefined;
  readonly uid: number;
  /** SIGUSR1 has a handler. Any process without one is killed by it. */
  readonly catchesUsr1: boolean;
  /** Whether 127.0.0.1 is the same to it as to us. */
  readonly network: 'ours' | 'another' | 'unknown';
}

/** What this process itself may do on this machine. */
export interface Powers {
  readonly uid: number;
  /** The effective capabilities, one bit each, as linux/capability.h numbers them. */
  readonly capabilities: bigint;
  /** kernel.perf_event_paranoid; undefined where the kernel does not say. */
  readonly perfParanoid: number | undefined;
}

/** Who listens on a port of this machine; without `pid` where it may not be seen. */
export interface Holder {
  readonly pid?: number;
  readonly program?: string;
}

export type ProcessesFound =
  | { readonly kind: 'found'; readonly pids: readonly number[] }
  | { readonly kind: 'none'; readonly because: string };

/** Looks at processes of this machine. Never throws: what may not be seen, or has ended, is undefined or false. */
export interface ProcessLook {
  facts(pid: number, signal: AbortSignal): Promise<ProcessFacts | undefined>;
  powers(): Powers;
  /** Whether this very process listens on this port. */
  listensOn(pid: number, port: number, signal: AbortSignal): Promise<boolean>;
  holderOf(port: number, signal: AbortSignal): Promise<Holder | undefined>;
}
