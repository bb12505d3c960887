import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import { commit, draftWithout, entering, noticesOf, told, unchanged } from './draft.ts';

/** Who the node is from this boot on. */
export interface NewBoot {
  readonly url: string;
  readonly service: string;
  readonly bootId: string;
  readonly session: string;
}

/** A node that booted anew is checked, from whatever state; who waits for a human goes on waiting. */
export const bootedAnew = (record: NodeRecord, boot: NewBoot, view: PoolView, commitId: string): Decision => {
  const { url, service, bootId, session } = boot;
  const identity = { url, service, bootId, session };
  if (record.state === 'held' || record.state === 'quarantined')
    return commit('booted', {
      expect: [unchanged(record)],
      // What a controller had stopped runs again.
      writes: [{ kind: 'put-node', node: { ...draftWithout(record, 'call', 'owner', 'stepDeadlineMs'), ...identity } }],
    });
  const { step, because, from, remedy } = wordsOf(record);
  const node: NodeDraft = {
    ...draftWithout(record, ...ofTheStepBefore),
    ...identity,
    ...entering(view, 'checking', because),
    ...(remedy === undefined ? {} : { remedy }),
  };
  const awayMs = awayMsOf(record, view);
  const detail = { bootIdBefore: record.bootId, bootIdAfter: bootId, awayMs };
  return commit(step, {
    expect: [unchanged(record)],
    writes: [{ kind: 'put-node', node }, ...told(record, { step, because, detail })],
    notices: noticesOf(commitId, record, {
      kind: step,
      urgency: 'info',
      text: `${record.id} is back from its ${from} after ${formatMs(awayMs)}, with a new boot id.`,
      detail,
    }),
  });
};

const ofTheStepBefore = [
  ...(['drain', 'purpose', 'drained', 'restarting'] as const),
  ...(['stepDeadlineMs', 'owner', 'call', 'servingSinceMs'] as const),
];

/** What the new boot is called, and the remedy that it proves; undefined: nobody had asked for it. */
const wordsOf = (record: NodeRecord) => {
  if (record.state !== 'rebooting')
    return { step: 'booted', because: `booted anew while ${record.state}`, from: 'boot', remedy: undefined };
  const remedy = provenRemedy(record);
  const [done, from] = wordsFor[remedy] ?? [`back from ${remedy}`, remedy];
  return { step: 'rebooted', because: `${done}: the boot id has changed`, from, remedy };
};

/** What the new boot proves: the last that was begun, by the agent or by a controller in its stead. */
const provenRemedy = ({ remedies }: NodeRecord): string =>
  remedies?.findLast(({ remedy }) => remedy !== 'restart-service')?.remedy ?? 'reboot';

const wordsFor: Readonly<Record<string, readonly [done: string, from: string] | undefined>> = {
  reboot: ['rebooted', 'reboot'],
  'stop-start': ['stopped and started', 'stop and start'],
};

/** Since the reboot was asked for, or else since it was last heard. */
const awayMsOf = ({ id, state, sinceMs }: NodeRecord, { nowMs, seen }: PoolView): number =>
  Math.max(0, nowMs - (state === 'rebooting' ? sinceMs : (seen.get(id) ?? sinceMs)));
