export type Unsubscribe = () => void;

/** Those who want to hear of something. One that throws is told to `onBug` and does not keep the others from hearing. */
export class Listeners<Heard> {
  readonly #all = new Set<(heard: Heard) => void>();
  readonly #onBug: (error: unknown) => void;

  constructor(onBug: (error: unknown) => void) {
    this.#onBug = onBug;
  }

  add(listener: (heard: Heard) => void): Unsubscribe {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  tell(heard: Heard): void {
    for (const listener of [...this.#all]) {
      try {
        listener(heard);
      } catch (error) {
        this.#onBug(error);
      }
    }
  }
}
