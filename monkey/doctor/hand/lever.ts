/** The one switch that stops healing and chaos alike: pulled and let go by a human. */
import type { Decide } from '../../../pool/decision.ts';
import type { Notice } from '../../../pool/notice.ts';
import { formatMs } from '../../../pool/units.ts';
import type { Lever, PoolView } from '../../../pool/view.ts';
import { commit } from '../life/draft.ts';
import { leverPulled } from '../treatment/lever.ts';
import { refuse } from './order.ts';

export interface PauseOrder {
  readonly by: string;
  readonly because: string;
  /** How long, or until when by Redis TIME; for ever where neither is given. */
  readonly forMs?: number;
  readonly untilMs?: number;
  /** Takes the place of another's pause, and pauses a pool that nobody has joined yet, or again. */
  readonly force: boolean;
}

export const pause =
  (order: PauseOrder): Decide =>
  (view, commitId) => {
    if (isNoPool(view) && !order.force)
      return noPool('; where its data was lost, --force pauses it before the first agent is back');
    const pulled = leverPulled(view);
    if (pulled !== undefined && !order.force)
      return refuse(
        'paused',
        `paused already by ${pulled.by}: ${pulled.because}; resume first, or take over with --force`,
      );
    const untilMs = order.forMs === undefined ? order.untilMs : view.nowMs + order.forMs;
    if (untilMs !== undefined && untilMs <= view.nowMs)
      return refuse('past', `the pause would have ended ${formatMs(view.nowMs - untilMs)} ago by the clock of Redis`);
    const { by, because } = order;
    const lever: Lever = { by, because, sinceMs: view.nowMs, ...(untilMs === undefined ? {} : { untilMs }) };
    const how = untilMs === undefined ? 'until somebody resumes' : `for ${formatMs(untilMs - view.nowMs)}`;
    return commit('paused', {
      writes: [{ kind: 'pull-lever', lever }],
      notices: notice(commitId, 'paused', `Healing is paused by ${by} ${how}: ${because}.`, {
        ...lever,
        ...(pulled === undefined ? {} : { insteadOf: pulled.by }),
      }),
      durable: true,
    });
  };

export const resume =
  ({ by, because }: Pick<PauseOrder, 'by'> & { readonly because?: string }): Decide =>
  (view, commitId) => {
    if (isNoPool(view)) return noPool();
    const pulled = leverPulled(view);
    if (pulled === undefined) return refuse('not-paused', 'nothing is paused');
    const reason = because === undefined ? '' : `: ${because}`;
    return commit('resumed', {
      writes: [{ kind: 'free-lever' }],
      notices: notice(commitId, 'resumed', `Healing goes on, says ${by}${reason}. It was paused by ${pulled.by}.`, {
        by,
      }),
      durable: true,
    });
  };

/** A name that nobody has ever written to is more often mistyped than early. */
const isNoPool = ({ epoch, nodes }: PoolView): boolean => epoch === undefined && nodes.size === 0;
const noPool = (way = '') => refuse('no-pool', `nobody has joined it, and no policy was given to it${way}`);

const notice = (
  commitId: string,
  kind: string,
  text: string,
  detail: Readonly<Record<string, unknown>>,
): readonly Notice[] => [{ id: `${commitId}.0`, kind, text, urgency: 'warning', detail }];
