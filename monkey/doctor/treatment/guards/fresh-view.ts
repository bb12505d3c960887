import { formatMs } from '../../../../pool/units.ts';
import { unreadablePolicy } from '../../../../pool/unreadable-policy.ts';
import { allow, type Guard, veto } from '../guard.ts';

/** What is older than this may no longer be true of the pool. */
const staleAfterMs = 5_000;
/** After a lost pool the records are what the agents have just told anew: nobody is treated for this long. */
export const lostPoolPauseMs = 60_000;

/** Is what we know fresh, of the pool that we know, and judged by the pool's own policy? */
export const freshView: Guard = ({ view, viewAgeMs, sinceLostPoolMs }) => {
  const unread = unreadablePolicy(view);
  if (unread !== undefined) return veto(`the pool's policy cannot be read: ${unread.because}`);
  if (sinceLostPoolMs !== undefined && sinceLostPoolMs < lostPoolPauseMs)
    return veto(`the pool's data was lost ${formatMs(sinceLostPoolMs)} ago`, {
      remainingMs: lostPoolPauseMs - sinceLostPoolMs,
    });
  return viewAgeMs <= staleAfterMs
    ? allow(`the pool was read ${formatMs(viewAgeMs)} ago`, { viewAgeMs, staleAfterMs })
    : veto(`the pool was read ${formatMs(viewAgeMs)} ago, more than ${formatMs(staleAfterMs)}`, {
        viewAgeMs,
        staleAfterMs,
      });
};
