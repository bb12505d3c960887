import { requestOf, type Served } from '../access-log.ts';
import type { Choice } from '../table.ts';
import type { ClientSide } from './parts.ts';

/** A request of the fast path for the access log. `head`: as it went to a node; `choice`: the last, if there was one. */
export const servedFast = (
  status: number | undefined,
  ms: number,
  head: string,
  { socket }: ClientSide,
  choice: Choice | undefined,
): Served => ({
  status,
  ms,
  path: 'fast',
  address: socket.remoteAddress,
  node: choice?.upstream.id,
  ...requestOf(head),
});
