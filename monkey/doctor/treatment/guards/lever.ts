import { allow, type Guard, veto } from '../guard.ts';
import { leverPulled } from '../lever.ts';

/** Is healing stopped for the whole pool? */
export const lever: Guard = ({ view }) => {
  const pulled = leverPulled(view);
  return pulled === undefined
    ? allow('the lever is free')
    : veto(`healing is paused by ${pulled.by}: ${pulled.because}`, {
        by: pulled.by,
        ...(pulled.untilMs === undefined ? {} : { remainingMs: pulled.untilMs - view.nowMs }),
      });
};
