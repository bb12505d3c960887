import { systemClock } from '../../../pool/clock.ts';
import { ec2Power, type Permission } from '../../cloud/ec2-power.ts';
import type { Config } from '../../config/config.ts';
import type { InstanceState } from '../../doctor/ports/power.ts';
import { imds } from '../../host/imds.ts';
import { finding, type OnlineCheck, type OnlineFinding } from './finding.ts';

/** May this node be rebooted, and may we know how it is? Asked by a dry run, which reboots nothing, and by a look. */
export const checkEc2 =
  ({ node, ec2, agent }: Config): OnlineCheck =>
  async (limits) => {
    if (node === undefined) return [finding('ec2', 'skipped', 'no node section: there is no instance to ask about')];
    const metadata = imds(agent.metadata, { clock: systemClock });
    const id = node.id ?? (await metadata.instanceId(limits).catch(messageOf));
    if (id instanceof Error) return [finding('ec2', 'bad', `which instance this is can't be known: ${id.message}`)];
    const region = ec2.region ?? (() => metadata.region(limits));
    const power = ec2Power({ region, endpoint: ec2.endpoint }, { clock: systemClock });
    try {
      const [answer, seen] = await Promise.all([power.canReboot(id, limits), power.describe(id, limits)]);
      return [judged(id, answer, seen)];
    } finally {
      power.close();
    }
  };

/** A reboot that is allowed helps nobody where EC2 tells nothing of the machine: what is not known is a veto. */
export const judged = (id: string, answer: Permission, seen: InstanceState): OnlineFinding => {
  if (answer.kind !== 'allowed') {
    const code = answer.kind === 'refused' ? `${answer.code}: ` : '';
    return finding('ec2', 'bad', `${id} may not be rebooted: ${code}${answer.because}`);
  }
  return seen.kind === 'unknown'
    ? finding('ec2', 'bad', `how ${id} is can't be known, so it is never treated: ${seen.because} (DescribeInstances)`)
    : finding('ec2', 'ok', `${id} may be rebooted (dry run)`);
};

const messageOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
