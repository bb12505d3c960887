/*
 * What is tried next on a machine that did not come back.
 *
 * INVARIANTS
 * - Each rung is tried once a treatment; the last one is a human.
 * - A treatment with a remedy of another version is not ours to go on with: a human is next.
 * - A machine is stopped only where all of it is there again when it is started: its data, and itself.
 */
import type { NodeRecord } from '../../../pool/record.ts';
import type { InstanceSeen } from '../ports/power.ts';
import { lastTreatedMs } from '../treatment/last-treated.ts';
import { foreignRemedy } from '../treatment/remedies.ts';

export type Rung =
  | { readonly kind: 'reboot' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'give-up'; readonly because: string };

type KnownInstance = Extract<InstanceSeen, { kind: 'known' }>;

/** Reboots of one treatment, its agent's and ours together. */
const rebootsMost = 2;

export const nextRung = (node: NodeRecord, instance: KnownInstance): Rung => {
  const reboots = rebootsOf(node);
  switch (rungOf(node)) {
    case 'reboot':
      return { kind: 'reboot' };
    case 'human':
      return { kind: 'give-up', because: `it did not return, although ${tried(node, reboots)}` };
    case 'stop-start': {
      const obstacle = stopObstacle(instance);
      return obstacle === undefined
        ? { kind: 'stop' }
        : {
            kind: 'give-up',
            because: `it did not return from ${reboots} reboots and is not stopped and started: ${obstacle}`,
          };
    }
  }
};

/** What comes next as far as the record says; whether the machine may be stopped only EC2 knows. */
export const rungOf = (node: NodeRecord): 'reboot' | 'stop-start' | 'human' => {
  if (foreignRemedy(node) !== undefined || remediesOfTreatment(node).includes('stop-start')) return 'human';
  return rebootsOf(node) < rebootsMost ? 'reboot' : 'stop-start';
};

const rebootsOf = (node: NodeRecord): number =>
  remediesOfTreatment(node).filter((remedy) => remedy === 'reboot').length;

/** Why a machine must not be stopped; undefined where it may be. */
export const stopObstacle = ({ storage, autoScalingGroup }: KnownInstance): string | undefined => {
  if (autoScalingGroup !== undefined) return `the Auto Scaling group ${autoScalingGroup} would replace it`;
  if (storage.kind === 'instance-store') return `${storage.because}, and a stop would destroy what is on them`;
  return storage.kind === 'unknown' ? `nobody knows whether a stop would destroy data: ${storage.because}` : undefined;
};

/** Those of a treatment that says nothing of its beginning are counted from the first on: that leads to a human sooner. */
const remediesOfTreatment = (node: NodeRecord): readonly string[] => {
  const sinceMs = lastTreatedMs(node) ?? 0;
  return (node.remedies ?? []).filter(({ atMs }) => atMs >= sinceMs).map(({ remedy }) => remedy);
};

const tried = (node: NodeRecord, reboots: number): string => {
  const foreign = foreignRemedy(node);
  return foreign === undefined
    ? `${timesRebooted(reboots)}it was stopped and started`
    : `${foreign} was begun, a remedy of another version: what follows is not ours`;
};

const timesRebooted = (reboots: number): string => (reboots === 0 ? '' : `after ${reboots} reboots `);
