/* What a receiver of pages keeps. INVARIANT: alarms of one key are one alarm, that rings until it is resolved. */
import { pushBounded } from '../bounded.ts';

/** An event as it was sent. */
export interface PagerEvent {
  readonly action: 'trigger' | 'acknowledge' | 'resolve';
  readonly key: string;
  readonly summary: string | undefined;
  readonly severity: string | undefined;
  readonly source: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

export interface PagerAlarm {
  readonly key: string;
  readonly state: 'ringing' | 'acknowledged' | 'resolved';
  readonly summary: string;
  readonly source: string;
  /** How often it was triggered. */
  readonly triggered: number;
}

const eventsAtMost = 10_000;
const alarmsAtMost = 10_000;

/** Whoever is on duty. */
export class PagerDesk {
  readonly #events: PagerEvent[] = [];
  readonly #alarms = new Map<string, PagerAlarm>();

  take(event: PagerEvent): void {
    pushBounded(this.#events, event, eventsAtMost);
    const known = this.#alarms.get(event.key);
    // As at PagerDuty: what refers to no alarm is taken, and nothing comes of it.
    if (known === undefined && event.action !== 'trigger') return;
    const state = { trigger: 'ringing', acknowledge: 'acknowledged', resolve: 'resolved' } as const;
    this.#alarms.set(event.key, {
      key: event.key,
      state: state[event.action],
      summary: event.summary ?? known?.summary ?? '',
      source: event.source ?? known?.source ?? '',
      triggered: (known?.triggered ?? 0) + (event.action === 'trigger' ? 1 : 0),
    });
    const [oldest] = this.#alarms.keys();
    if (this.#alarms.size > alarmsAtMost && oldest !== undefined) this.#alarms.delete(oldest);
  }

  /** As they arrived, oldest first. */
  events(): readonly PagerEvent[] {
    return [...this.#events];
  }
  /** In the order of their first trigger. */
  alarms(): readonly PagerAlarm[] {
    return [...this.#alarms.values()];
  }
}
