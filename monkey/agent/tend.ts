import { isKnownState, type NodeRecord } from '../../pool/record.ts';
import type { PoolView } from '../../pool/view.ts';
import { comeBack } from '../doctor/life/come-back.ts';
import { AgentRefused } from './agent-refused.ts';
import { whileChecking } from './checking.ts';
import { type Context, change, whoOf } from './context.ts';
import { whileDraining } from './draining.ts';
import { joinPool } from './join.ts';
import { whileRebooting } from './rebooting.ts';

/** What to do with a node in every state but serving. */
export interface Tender {
  /** Does what the record asks for; false where there is nothing to do but wait. */
  readonly tend: (view: PoolView, record: NodeRecord | undefined) => Promise<boolean>;
  /** What a beat has brought meanwhile: checks that nobody waits for any more are ended. */
  readonly heard: (record: NodeRecord | undefined) => void;
  /** What failed in the last pass of the checks that go on; undefined: none has failed, or none goes on. */
  readonly failing: () => string | undefined;
}

/** Letters of it in a beat. */
const failingMost = 300;

/** What the checks that go on fail by. */
const newFailing = ({ parts, self }: Context) => {
  let failing: string | undefined;
  return {
    now: () => failing,
    over: () => {
      failing = undefined;
    },
    /** The log hears of the first of them; the beats tell the last. */
    fail: (because: string): void => {
      if (failing === undefined) parts.log.warn('checks-fail-yet', { node: self.id, because });
      failing = because.slice(0, failingMost);
    },
  };
};

/** Nothing is done, and why is said once. */
const newWait = ({ parts, self }: Context) => {
  let said = '';
  return (event: string, state: string): false => {
    if (said !== `${event} ${state}`) parts.log.warn(event, { node: self.id, state });
    said = `${event} ${state}`;
    return false;
  };
};

export const newTender = (context: Context): Tender => {
  const { self, known, signal } = context;
  const failing = newFailing(context);
  const wait = newWait(context);
  let checking: { readonly version: number; readonly over: AbortController } | undefined;

  const check = async ({ version }: NodeRecord): Promise<true> => {
    const over = new AbortController();
    const stop = (): void => over.abort();
    signal.addEventListener('abort', stop, { once: true });
    checking = { version, over };
    try {
      if (signal.aborted) stop();
      await whileChecking(context, over.signal, failing.fail);
    } finally {
      failing.over();
      checking = undefined;
      signal.removeEventListener('abort', stop);
    }
    return true;
  };

  return {
    tend: async (view, record) => {
      if (record !== undefined && known.isTakenOver(record))
        throw new AgentRefused(`another session, ${record.session}, took over ${self.id}`);
      if (record === undefined && known.isForgotten()) return wait('forgotten', 'none');
      // Removed, unreadable, or brought back from before this session by a Redis that lost data.
      if (record?.session !== self.session) return joinPool(context).then(() => true);
      return isKnownState(record.state) ? byState(context, view, record, check) : wait('state-unknown', record.state);
    },
    failing: failing.now,
    heard: (record) => {
      if (checking === undefined || (record?.state === 'checking' && record.session === self.session)) return;
      // An answer from before these checks says nothing of them.
      if (record === undefined || record.version > checking.version) checking.over.abort();
    },
  };
};

const byState = async (
  context: Context,
  view: PoolView,
  record: NodeRecord,
  check: (record: NodeRecord) => Promise<boolean>,
): Promise<boolean> => {
  switch (record.state) {
    case 'checking':
      return check(record);
    case 'draining':
      await whileDraining(context, record, view);
      return true;
    case 'rebooting':
      await whileRebooting(context);
      return true;
    case 'lost':
      await change(context, comeBack(whoOf(context)));
      return true;
    default:
      return false;
  }
};
