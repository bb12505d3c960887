/** Where events go: an event name and fields. */
export interface Log {
  readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An error as text, with its stack where it has one: a JSON log would show an Error as `{}`. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
