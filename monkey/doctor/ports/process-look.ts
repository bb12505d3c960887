/** What may be had of a process at once, without waiting for anything: to be looked at right before it gets a signal. */
export interface ProcessGlance {
  readonly pid: number;
  /** When it started, in ticks since boot. With the pid it names a process for good: pids are used again. */
  readonly startTicks: number;
  /** The file name of the program that it runs; undefined where the kernel does not let us see it. */
  readonly executable: string | undefined;
  /** SIGUSR1 has a handler. Any process without one is killed by it. */
  readonly catchesUsr1: boolean;
  /** Stopped by a signal or a debugger: it takes notice of nothing. */
  readonly isStopped: boolean;
}

/** What the kernel tells of a process: enough to say whether, and how, it may be profiled. */
export interface ProcessFacts extends ProcessGlance {
  /** CPU time that it has used so far, in ticks. */
  readonly ticks: number;
  /** What to call it: its executable, or what it calls itself where that may not be seen. No ground for a permission. */
  readonly program: string;
  /** Its pid in its own namespace: what `process.pid` is to itself. */
  readonly ownPid: number;
  /** Its command line. May hold secrets: never shown, never sent. */
  readonly argv: readonly string[];
  /** NODE_OPTIONS of its environment, where that may be read. Never shown either. */
  readonly nodeOptions: string | undefined;
  readonly uid: number;
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

/** Where a process listens. */
export interface Listener {
  /** As it is dialled: 127.0.0.1, ::1. */
  readonly address: string;
  readonly port: number;
  /** Names the socket for good. */
  readonly inode: number;
}

export type ProcessesFound =
  | { readonly kind: 'found'; readonly pids: readonly number[] }
  | { readonly kind: 'none'; readonly because: string };

/** Looks at processes of this machine. Never throws: what may not be seen, or has ended, is undefined or false. */
export interface ProcessLook {
  facts(pid: number, signal: AbortSignal): Promise<ProcessFacts | undefined>;
  glance(pid: number): ProcessGlance | undefined;
  powers(): Powers;
  /** Where this very process listens; undefined where we may not see what it holds open. */
  listenersOf(pid: number, signal: AbortSignal): Promise<readonly Listener[] | undefined>;
  holderOf(port: number, signal: AbortSignal): Promise<Holder | undefined>;
}
