/** The canary's part of a round of `monkey collect`. */
import { hostname } from 'node:os';
import type { Announcement } from '../../collect/canary/announce.ts';
import type { CanaryVerdict } from '../../collect/canary/judge.ts';
import { readCanary } from '../../collect/canary/read.ts';
import { canaryDogstatsdLine, canaryName, canaryStatsdLine } from '../../collect/canary/value.ts';
import { type CanaryWatch, canaryWatch } from '../../collect/canary/watch.ts';
import { valuesAt } from '../../probe/json-path.ts';
import type { CollectSettings } from './settings.ts';

/** What was heard of it last. */
export interface CanaryTold extends CanaryVerdict {
  /** What has changed since a round was told of it; null where nothing has. */
  readonly news: Announcement | null;
}

/** Graphite may hang as long, and be asked anew in the next round all the same. */
const shareOfInterval = 1 / 4;

/** The canary of this machine; null where none is asked for. */
export const newCanary = ({ canary, prefix, statsd, intervalMs }: CollectSettings) => {
  const collector = hostname();
  const place = canary?.placeOf(canaryName(prefix, collector));
  if (canary === null || place === undefined || place.kind === 'refused') return null;
  const line = statsd?.format === 'dogstatsd' ? canaryDogstatsdLine : canaryStatsdLine;
  const watch = canaryWatch({
    ...{ withinMs: canary.withinMs, nowMs: Date.now },
    read: (signal) => readCanary(place, valuesAt, signal, intervalMs * shareOfInterval),
  });
  return {
    line: () => line(prefix, collector, Date.now()),
    /** To be called when the line was handed over. */
    sent: () => watch.sent(),
    ...besideRounds((signal) => watch.look(signal)),
  };
};

/** Looks beside the round, which waits for nothing: what is heard after its end is told with the next one. */
const besideRounds = (look: CanaryWatch['look']) => {
  let last: CanaryVerdict = { kind: 'waiting', because: 'it was not sent yet' };
  let news: Announcement | null = null;
  let looking = false;
  return {
    /** Begins to look, where that is not under way. */
    look: (signal: AbortSignal): void => {
      if (looking) return;
      looking = true;
      void look(signal).then(({ verdict, announcement }) => {
        looking = false;
        if (signal.aborted) return;
        last = verdict;
        news = announcement ?? news;
      });
    },
    heard: (): CanaryTold => {
      const told = { ...last, news };
      news = null;
      return told;
    },
  };
};

export type Canary = NonNullable<ReturnType<typeof newCanary>>;
