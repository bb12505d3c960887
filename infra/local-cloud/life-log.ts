import { pushBounded } from './bounded.ts';
import { Listeners, type Unsubscribe } from './listeners.ts';
import type { LifeEvent } from './machine/life.ts';

const eventsAtMost = 5000;

/** What happened to machines: remembered, and told to who listens. */
export class LifeLog {
  readonly #events: LifeEvent[] = [];
  readonly #listeners: Listeners<LifeEvent>;

  constructor(onBug: (error: unknown) => void) {
    this.#listeners = new Listeners(onBug);
  }

  add(event: LifeEvent): void {
    pushBounded(this.#events, event, eventsAtMost);
    this.#listeners.tell(event);
  }

  all(): readonly LifeEvent[] {
    return [...this.#events];
  }

  onEvent(listener: (event: LifeEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  next(
    matches: (event: LifeEvent) => boolean,
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal },
  ): Promise<LifeEvent> {
    const over = AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(signal === undefined ? [] : [signal])]);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        unsubscribe();
        over.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => {
        end();
        reject(new Error('no such thing happened to a machine in time', { cause: over.reason }));
      };
      const unsubscribe = this.#listeners.add((event) => {
        if (!matches(event)) return;
        end();
        resolve(event);
      });
      over.addEventListener('abort', giveUp);
      if (over.aborted) giveUp();
    });
  }
}
