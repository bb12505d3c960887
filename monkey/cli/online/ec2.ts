import { systemClock } from '../../../pool/clock.ts';
import { ec2Power } from '../../cloud/ec2-power.ts';
import type { Config } from '../../config/config.ts';
import { imds } from '../../host/imds.ts';
import { finding, type OnlineCheck } from './finding.ts';

/** May this node be rebooted? Asked by a dry run, which reboots nothing. */
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
      const answer = await power.canReboot(id, limits);
      if (answer.kind === 'allowed') return [finding('ec2', 'ok', `${id} may be rebooted (dry run)`)];
      const code = answer.kind === 'refused' ? `${answer.code}: ` : '';
      return [finding('ec2', 'bad', `${id} may not be rebooted: ${code}${answer.because}`)];
    } finally {
      power.close();
    }
  };

const messageOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
