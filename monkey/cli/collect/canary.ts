/** The canary's part of a round of `monkey collect`. */
import { hostname } from 'node:os';
import type { CanaryVerdict } from '../../collect/canary/judge.ts';
import { readCanary } from '../../collect/canary/read.ts';
import { canaryDogstatsdLine, canaryName, canaryStatsdLine } from '../../collect/canary/value.ts';
import { canaryWatch } from '../../collect/canary/watch.ts';
import { valuesAt } from '../../probe/json-path.ts';
import type { CollectSettings } from './settings.ts';

/** What a round has heard of it. */
export interface CanaryTold extends CanaryVerdict {
  /** What has changed; null where nothing has. */
  readonly news: string | null;
}

/** The canary of this machine; null where none is asked for. */
export const newCanary = ({ canary, prefix, statsd }: CollectSettings) => {
  const collector = hostname();
  const place = canary?.placeOf(canaryName(prefix, collector));
  if (canary === null || place === undefined || place.kind === 'refused') return null;
  const line = statsd?.format === 'dogstatsd' ? canaryDogstatsdLine : canaryStatsdLine;
  const watch = canaryWatch({
    ...{ withinMs: canary.withinMs, nowMs: Date.now },
    read: (signal) => readCanary(place, valuesAt, signal),
  });
  return {
    line: () => line(prefix, collector, Date.now()),
    /** To be called when the line was sent. */
    look: async (signal: AbortSignal): Promise<CanaryTold> => {
      watch.sent();
      const { verdict, announcement } = await watch.look(signal);
      return { ...verdict, news: announcement?.text ?? null };
    },
  };
};

export type Canary = NonNullable<ReturnType<typeof newCanary>>;
