import { formatMs } from '../../../pool/units.ts';
import { watchedForMs } from './silent.ts';
import type { SilenceStep } from './step.ts';
import type { Watched } from './watched.ts';

/** A router not heard for this long is gone; until then drains last their whole deadline because of it. */
const routerSilentMs = 600_000;

export const aboutRouters = ({ view, watch }: Watched): readonly SilenceStep[] =>
  [...view.routers.values()]
    .map(({ id, atMs }) => ({ id, silentForMs: watchedForMs(watch, atMs) }))
    .filter(({ silentForMs }) => silentForMs >= routerSilentMs)
    .map(({ id, silentForMs }) => {
      const text = `Router ${id} has not been heard for ${formatMs(silentForMs)} and was forgotten.`;
      const notice = {
        kind: 'router-forgotten',
        urgency: 'warning',
        text,
        detail: { router: id, silentForMs },
      } as const;
      return { kind: 'forget-router', router: id, notice };
    });
