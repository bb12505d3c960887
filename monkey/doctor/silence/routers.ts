import { formatMs } from '../../../pool/units.ts';
import { watchedForMs } from './silent.ts';
import type { SilenceStep } from './step.ts';
import type { Watched } from './watched.ts';

/** A router not heard for this long is gone; until then drains last their whole deadline because of it. */
const routerSilentMs = 600_000;

/** Forgets routers that say nothing any more, and those of which nobody could read for as long what they say. */
export const aboutRouters = (watched: Watched): readonly SilenceStep[] => [...silent(watched), ...unread(watched)];

const silent = ({ view, watch }: Watched): readonly SilenceStep[] =>
  [...view.routers.values()]
    .map(({ id, atMs }) => ({ id, forMs: watchedForMs(watch, atMs) }))
    .filter(({ forMs }) => forMs >= routerSilentMs)
    .map(({ id, forMs }) => forget(id, forMs, 'has not been heard'));

const unread = ({ view, watch }: Watched): readonly SilenceStep[] =>
  [...(watch.unreadRouters ?? [])]
    .map(([id, sinceMs]) => ({ id, forMs: watchedForMs(watch, sinceMs) }))
    .filter(({ id, forMs }) => forMs >= routerSilentMs && view.garbage.some(({ field }) => field === id))
    .map(({ id, forMs }) => forget(id, forMs, 'could not be read'));

const forget = (router: string, silentForMs: number, what: string): SilenceStep => ({
  kind: 'forget-router',
  router,
  notice: {
    kind: 'router-forgotten',
    urgency: 'warning',
    text: `Router ${router} ${what} for ${formatMs(silentForMs)} and was forgotten.`,
    detail: { router, silentForMs },
  },
});
