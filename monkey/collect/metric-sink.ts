/** Takes the lines of one round to a metrics server. */
export interface MetricSink {
  /** Never throws. Ends when all is handed to the system, or the signal ends it. */
  send(lines: readonly string[], signal: AbortSignal): Promise<Sent>;
  close(): Promise<void>;
}

/** UDP has no receipt: `lines` were handed to the system. What is not counted there failed, and `because` says why. */
export interface Sent {
  readonly lines: number;
  readonly datagrams: number;
  readonly failedLines: number;
  /** So many of these are longer than a datagram may be: no receiver's fault. */
  readonly tooLong: number;
  readonly because: string | null;
}
