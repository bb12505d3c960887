/**
 * Whether perf may look, before it is started: what it says itself is a page that names every reason there is.
 * Source: Documentation/admin-guide/perf-security.rst and sysctl/kernel.rst of the kernel; Debian adds the value 3.
 */
import type { Powers } from '../../doctor/ports/process-look.ts';

export type PerfTarget =
  | { readonly kind: 'processes'; readonly uids: readonly number[] }
  | { readonly kind: 'machine' };

/** What keeps perf from looking, with what would allow it; undefined where nothing is known to. */
export const perfObstacle = (target: PerfTarget, powers: Powers): string | undefined => {
  if (hasAny(powers, [capPerfmon, capSysAdmin])) return undefined;
  const paranoid = powers.perfParanoid;
  if (paranoid === undefined) return 'this kernel has no perf events (or /proc/sys is hidden, as in some containers)';
  const most = target.kind === 'machine' ? 0 : 2;
  if (paranoid > most)
    return `kernel.perf_event_paranoid is ${paranoid}, and user ${powers.uid} has not CAP_PERFMON: ${allow(most)}`;
  const stranger = target.kind === 'processes' ? target.uids.find((uid) => uid !== powers.uid) : undefined;
  if (stranger !== undefined && !hasAny(powers, [capSysPtrace]))
    return `the process belongs to user ${stranger} and we are user ${powers.uid}: run this as that user, as root, or with CAP_PERFMON`;
  return undefined;
};

const allow = (most: number): string =>
  `allow it by sysctl kernel.perf_event_paranoid=${most}, by that capability (systemd: AmbientCapabilities=CAP_PERFMON), or as root`;

/** Numbers of linux/capability.h. */
const capSysPtrace = 19n;
const capSysAdmin = 21n;
const capPerfmon = 38n;

const hasAny = ({ capabilities }: Powers, wanted: readonly bigint[]): boolean =>
  wanted.some((capability) => (capabilities & (1n << capability)) !== 0n);
