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

/** A notice as it waits: `entry` is its place in the outbox. */
export interface WaitingNotice {
  readonly entry: string;
  readonly writtenMs: number;
  readonly notice: Notice;
  /** Somebody began to deliver it and has not said how that ended: look it up before it is sent again. */
  readonly attempted: boolean;
}
