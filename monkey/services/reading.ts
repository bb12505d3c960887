/** What was read of one server, from whichever source: an inventory's answer, or a node's record and its last beat. */
export type Reading = Server & (Measured | Out | Unknown);

interface Server {
  /** As its source calls it: what an inventory lists, or host and port of a node's URL. */
  readonly address: string;
  /** The node's id, where the source is the pool. */
  readonly node?: string | undefined;
}

interface Measured {
  readonly kind: 'measured';
  readonly service: string;
  /** Shares of 1. CPU may lie over 1 where its source counts cores. */
  readonly cpuShare: number;
  readonly memoryShare: number;
}

/** The pool knows that it does not serve, whatever was measured of it. */
interface Out {
  readonly kind: 'out';
  readonly service: string;
  readonly because: string;
  readonly cpuShare?: number | undefined;
  readonly memoryShare?: number | undefined;
}

/** Not all of it could be read; what could be is here. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly because: string;
  readonly service?: string | undefined;
  readonly cpuShare?: number | undefined;
  readonly memoryShare?: number | undefined;
}

/** A service whose nodes have all left the pool: it has no server; whether anybody still wants one is not known. */
export interface EmptyService {
  readonly service: string;
  /** So many nodes of it have left, and stand in the pool still. */
  readonly nodesLeft: number;
}

/** What was read of a whole fleet. */
export interface FleetReading {
  readonly readings: readonly Reading[];
  readonly empty: readonly EmptyService[];
}
