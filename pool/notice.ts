/** Something people are told. It waits in the outbox until it has been delivered. */
export interface Notice {
  /** Random; goes along as the message's metadata, so that a notice is never told twice. */
  readonly id: string;
  /** Names what is told: `sick`, `drained`, `rebooted`, `check`, `back`, `quarantined`, `silent`, `refused`, … */
  readonly kind: string;
  /** Notices of one incident make one thread. */
  readonly incident?: string;
  readonly node?: string;
  /** One sentence in plain words; what is shown where nothing richer can be. */
  readonly text: string;
  /** `page` needs a human now. */
  readonly urgency: 'info' | 'warning' | 'page';
  /** Plain JSON for the picture of it: checks, vitals, vetoes. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * Pages also wait for whoever is called by a pager, in a queue of their own, so that neither lane waits for the other:
 * there a notice of urgency `page` raises an alarm, any other ends the alarm of its incident.
 */
export const raisesAlarm = ({ urgency }: Pick<Notice, 'urgency'>): boolean => urgency === 'page';

/** A notice as it waits: `entry` is its place in the outbox, or among the pages. */
export interface WaitingNotice {
  readonly entry: string;
  readonly writtenMs: number;
  readonly notice: Notice;
  /**
   * The letter in which somebody began to deliver it and has not said how that ended: it is looked up by this id, and
   * sent again with the same notices, never with others.
   */
  readonly letter?: string;
}
