/*
 * INVARIANTS
 * - `ts` grows with every message of the workspace, so that order and identity are one.
 * - A channel holds the last 10 000 messages, oldest first.
 */
import { randomBytes } from 'node:crypto';
import { pushBounded } from '../bounded.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import type { SlackChannel, SlackFile, SlackHappening, SlackMessage, SlackMetadata } from './message.ts';

const messagesAtMost = 10_000;

export interface Draft {
  readonly text: string;
  readonly threadTs?: string | undefined;
  readonly blocks?: readonly unknown[] | undefined;
  readonly metadata?: SlackMetadata | undefined;
  readonly files?: readonly SlackFile[];
}

/** A Slack team with its channels and what was said in them. */
export class Workspace {
  readonly team = { id: id('T'), name: 'local-cloud' };
  readonly bot = { id: id('B'), userId: id('U'), name: 'doctor-monkey' };
  readonly channels: readonly SlackChannel[];
  readonly #messages = new Map<string, SlackMessage[]>();
  readonly #listeners: Listeners<SlackHappening>;
  #lastTsMicros = 0;

  constructor(channelNames: readonly string[], onBug: (error: unknown) => void) {
    this.channels = channelNames.map((name) => ({ id: id('C'), name }));
    for (const { id: channel } of this.channels) this.#messages.set(channel, []);
    this.#listeners = new Listeners(onBug);
  }

  onHappening(listener: (happening: SlackHappening) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** By id, or by name with or without `#`. */
  channel(nameOrId: string): SlackChannel | undefined {
    const name = nameOrId.replace(/^#/, '');
    return this.channels.find((each) => each.id === nameOrId || each.name === name);
  }

  /** Oldest first. */
  messages(channel: string): readonly SlackMessage[] {
    return this.#messages.get(channel) ?? [];
  }

  post(channel: string, { text, threadTs, blocks, metadata, files }: Draft): SlackMessage {
    const message: SlackMessage = {
      type: 'message',
      channel,
      ts: this.#nextTs(),
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      user: this.bot.userId,
      bot_id: this.bot.id,
      text,
      ...(blocks === undefined ? {} : { blocks }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(files === undefined ? {} : { files }),
    };
    pushBounded(this.#of(channel), message, messagesAtMost);
    if (threadTs !== undefined) this.#countReply(channel, threadTs, message.ts);
    this.#listeners.tell({ kind: 'posted', message });
    return message;
  }

  /** Replaces what is given and keeps the rest. */
  update(
    channel: string,
    ts: string,
    { text, blocks, metadata }: Omit<Draft, 'threadTs' | 'files'>,
  ): SlackMessage | 'unknown' {
    const updated = this.#replace(channel, ts, (message) => ({
      ...message,
      text,
      ...(blocks === undefined ? {} : { blocks }),
      ...(metadata === undefined ? {} : { metadata }),
      edited: { user: this.bot.userId, ts: this.#nextTs() },
    }));
    if (updated !== 'unknown') this.#listeners.tell({ kind: 'updated', message: updated });
    return updated;
  }

  #countReply(channel: string, threadTs: string, replyTs: string): void {
    this.#replace(channel, threadTs, (parent) => ({
      ...parent,
      thread_ts: parent.ts,
      reply_count: (parent.reply_count ?? 0) + 1,
      latest_reply: replyTs,
    }));
  }

  #replace(channel: string, ts: string, change: (message: SlackMessage) => SlackMessage): SlackMessage | 'unknown' {
    const messages = this.#of(channel);
    const place = messages.findIndex((message) => message.ts === ts);
    const present = messages[place];
    if (present === undefined) return 'unknown';
    const changed = change(present);
    messages[place] = changed;
    return changed;
  }

  #of(channel: string): SlackMessage[] {
    const messages = this.#messages.get(channel);
    if (messages === undefined) throw new Error(`there is no channel ${channel}`);
    return messages;
  }

  #nextTs(): string {
    this.#lastTsMicros = Math.max(Date.now() * 1000, this.#lastTsMicros + 1);
    const micros = String(this.#lastTsMicros);
    return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
  }
}

/** Ten letters and digits after a letter that says what it is. */
export function id(kind: 'T' | 'B' | 'U' | 'C' | 'F'): string {
  return `${kind}${randomBytes(5).toString('hex').toUpperCase()}`;
}
