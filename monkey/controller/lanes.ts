/** What a leader delivers, in lanes that do not wait for each other: one to Slack, one for its pictures, one to the pager. */
import { type Leadership, stands } from './leadership.ts';
import { deliverOutbox } from './outbox.ts';
import { deliverPages } from './page-lane.ts';
import type { ControllerOptions, ControllerParts } from './parts.ts';
import { deliverPictures, newWantedPictures } from './picture-lane.ts';
import { newSayOnce } from './say-once.ts';

/** Delivers during one leadership after the other. All lanes end where one finds that it leads no more. */
export const newLanes = (options: ControllerOptions, parts: ControllerParts) => {
  const { delivery, paging, poolDeadlineMs } = options;
  const saySlack = newSayOnce();
  const sayPager = newSayOnce();
  const sayPicture = newSayOnce();
  const pictures = newWantedPictures();
  const pace = { nextMs: 0 };
  return async (now: Leadership): Promise<void> => {
    const over = new AbortController();
    const leadership: Leadership = {
      ...now,
      remainingMs: () => (over.signal.aborted ? 0 : now.remainingMs()),
      signal: AbortSignal.any([now.signal, over.signal]),
    };
    const lane = async (deliver: () => Promise<void>): Promise<void> => {
      try {
        await deliver();
      } finally {
        if (stands(leadership)) over.abort();
      }
    };
    await Promise.all([
      lane(() => deliverOutbox({ parts, options: delivery, poolDeadlineMs, leadership, saySlack, pictures, pace })),
      lane(() =>
        deliverPictures({ parts, options: delivery, poolDeadlineMs, leadership, wanted: pictures, sayPicture }),
      ),
      lane(() => deliverPages({ parts, options: paging, poolDeadlineMs, leadership, sayPager })),
    ]);
  };
};
