import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

/** Says once per cause that Redis is away, and once that it is back, however many connections notice. */
export interface Health {
  readonly bad: (connection: string, cause: string) => void;
  readonly good: (connection: string) => void;
  /** Redis answers, and does not let us do something; told once per cause. */
  readonly denied: (because: string) => void;
}

const mostCauses = 20;

export const watchHealth = (pool: string, log: Log, clock: Pick<Clock, 'monotonicMs'>): Health => {
  const away = new Set<string>();
  const causes = new Set<string>();
  const denials = new Set<string>();
  let sinceMs = 0;
  const good = (connection: string): void => {
    if (!away.delete(connection) || away.size > 0) return;
    causes.clear();
    log.info('redis-back', { pool, awayForMs: Math.round(clock.monotonicMs() - sinceMs) });
  };
  return {
    bad: (connection, cause) => {
      if (away.size === 0) sinceMs = clock.monotonicMs();
      away.add(connection);
      if (causes.has(cause) || causes.size >= mostCauses) return;
      causes.add(cause);
      log.warn('redis-away', { pool, cause });
    },
    good,
    denied: (because) => {
      if (denials.has(because) || denials.size >= mostCauses) return;
      denials.add(because);
      log.error('redis-denies', { pool, because });
    },
  };
};
