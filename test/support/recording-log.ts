import type { Log } from '../../pool/log.ts';

export interface Logged {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** A log that remembers what it was told. */
export interface RecordingLog extends Log {
  readonly logged: Logged[];
  readonly events: () => readonly string[];
  /** What was told of one event. */
  readonly of: (event: string) => readonly Logged[];
}

export const recordingLog = (): RecordingLog => {
  const logged: Logged[] = [];
  const at = (level: Logged['level']) => (event: string, fields?: Readonly<Record<string, unknown>>) => {
    logged.push({ level, event, fields });
  };
  return {
    logged,
    events: () => logged.map(({ event }) => event),
    of: (event) => logged.filter((line) => line.event === event),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
};
