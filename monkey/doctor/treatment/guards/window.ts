import { formatMs } from '../../../../pool/units.ts';
import { allow, type Guard, veto } from '../guard.ts';
import { isOpen, localTimeText, nextOpenMs, windowText } from '../windows.ts';

/** May treatments begin at this time of the week? */
export const window: Guard = ({ view: { nowMs }, policy }) => {
  const { windows } = policy.limits;
  if (windows === undefined) return allow('treatments may always begin');
  const open = windows.find((one) => isOpen(one, nowMs));
  if (open !== undefined)
    return allow(`it is ${localTimeText(open.zone, nowMs)}, within ${windowText(open)}`, { window: windowText(open) });
  const zone = windows[0]?.zone ?? 'UTC';
  const now = `${localTimeText(zone, nowMs)} ${zone}`;
  const nextMs = nextOpenMs(windows, nowMs);
  const next = nextMs === undefined ? 'none opens soon' : `the next opens in ${formatMs(nextMs - nowMs)}`;
  return veto(`no window is open at ${now}: ${next} (${windows.map(windowText).join('; ')})`, {
    now,
    windows: windows.map(windowText).join('; '),
    ...(nextMs === undefined ? {} : { remainingMs: nextMs - nowMs }),
  });
};
