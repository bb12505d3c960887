/** Ids and times as Slack has them: a channel is `C…`, a user `U…`, a `ts` is `1700000000.000100` and unique in its channel. */
export interface SlackMessage {
  readonly type: 'message';
  readonly channel: string;
  readonly ts: string;
  /** The `ts` of the message that began the thread; on that message itself once it has replies. */
  readonly thread_ts?: string;
  readonly user: string;
  readonly bot_id: string;
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly metadata?: SlackMetadata;
  readonly files?: readonly SlackFile[];
  readonly edited?: { readonly user: string; readonly ts: string };
  readonly reply_count?: number;
  readonly latest_reply?: string;
}

export interface SlackMetadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly size: number;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
}

/** A message appeared, or an earlier one changed. */
export interface SlackHappening {
  readonly kind: 'posted' | 'updated';
  readonly message: SlackMessage;
}
