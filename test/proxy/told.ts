/** A log that remembers, and lets one wait for what it is told. */
import type { Log } from '../../pool/log.ts';
import { until } from './stage.ts';

export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class ToldLog implements Log {
  readonly lines: Line[] = [];
  readonly info = this.#hear('info');
  readonly warn = this.#hear('warn');
  readonly error = this.#hear('error');

  /** The lines of these events, in order. */
  of(...events: readonly string[]): readonly Line[] {
    return this.lines.filter(({ event }) => events.includes(event));
  }

  async heard(event: string): Promise<Line> {
    await until(() => this.of(event).length > 0, event);
    return this.of(event)[0]!;
  }

  #hear(level: Line['level']): Log['info'] {
    return (event, fields = {}) => void this.lines.push({ level, event, fields });
  }
}
