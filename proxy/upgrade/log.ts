import { aboutOf } from '../ended.ts';
import type { Upgrade, UpgradeParts } from './parts.ts';

/**
 * A line in the access log for a WebSocket, at its end: its time is how long it lived.
 *
 * @param status 101 where it was opened; undefined: its client went before it was answered
 * @param node undefined: none was reached
 */
export const logUpgrade = (
  { req, client }: Pick<Upgrade, 'req' | 'client'>,
  status: number | undefined,
  node: string | undefined,
  startedMs: number,
  { accessLog, clock }: UpgradeParts,
): void => {
  if (accessLog?.wants() !== true) return;
  const ms = clock.monotonicMs() - startedMs;
  accessLog.write({ status, ms, address: client.remoteAddress, node, path: 'slow', ...aboutOf(req) });
};
