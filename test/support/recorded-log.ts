import type { Log } from '../../pool/log.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that a test reads. */
export interface RecordedLog extends Log {
  readonly lines: readonly LogLine[];
  readonly of: (event: string) => readonly LogLine[];
}

export const newRecordedLog = (): RecordedLog => {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']): Log['info'] =>
    (event, fields = {}) =>
      void lines.push({ level, event, fields });
  return {
    ...{ info: at('info'), warn: at('warn'), error: at('error'), lines },
    of: (event) => lines.filter((line) => line.event === event),
  };
};
