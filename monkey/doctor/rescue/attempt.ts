/**
 * What came of asking EC2 where this process knows it: accepted, or surely not begun. Of a call whose reply was lost,
 * or that another process made, nobody knows: it has its settle time instead.
 */
export interface Attempt {
  /** The intent under which it was asked, by its commit id. */
  readonly intent: string;
  readonly because: string;
  /**
   * When it may be asked again, by the watcher's monotonic clock. What was accepted is not asked again at all: a slow
   * boot would be broken off, and the deadline brings the next remedy.
   */
  readonly againAtMs: number;
}
