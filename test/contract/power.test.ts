import {
  type _InstanceType,
  EC2Client,
  type EC2ClientConfig,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { startLocalCloud } from '../../infra/local-cloud/start.ts';
import { ec2Power } from '../../monkey/cloud/ec2-power.ts';
import { fakePower } from '../../monkey/cloud/fake-power.ts';
import { systemClock } from '../../pool/clock.ts';
import { eventually } from '../support/eventually.ts';
import { type PowerStage, powerContract } from './power.contract.ts';

const fakeStage = async (): Promise<PowerStage> => {
  const power = fakePower();
  const running = 'i-0000000000000000a';
  const stopped = 'i-0000000000000000b';
  power.launch(running);
  const grouped = 'i-0000000000000000c';
  const volatile = 'i-0000000000000000d';
  power.launch(stopped, 'stopped');
  power.launch(grouped, 'running', { autoScalingGroup: 'web-group', tags: { 'doctor-monkey:pool': 'web' } });
  power.launch(volatile, 'running', { storage: { kind: 'instance-store', because: 'it is one of those' } });
  return {
    ...{ power, running, stopped, grouped, volatile },
    until: async () => undefined,
    reboots: power.reboots,
    throttle: () => {
      power.throttle(true);
      return () => power.throttle(false);
    },
    loseReply: () => power.next({ kind: 'unknown', because: 'no answer' }),
    deny: () => power.next({ kind: 'refused', code: 'UnauthorizedOperation', because: 'You are not authorized.' }),
    end: async () => power.close(),
  };
};

const localCloudStage = async (): Promise<PowerStage> => {
  const units = () => [{ name: 'app', command: 'sleep', args: ['1000'] }];
  const cloud = await startLocalCloud({
    ...{ nodes: 3, bootMs: 50, graceMs: 200, units },
    tags: (index) => (index === 2 ? { 'aws:autoscaling:groupName': 'web-group' } : {}),
  });
  const [running = '', stopped = '', grouped = ''] = cloud.instances.map(({ id }) => id);
  const access = {
    region: cloud.region,
    endpoint: cloud.ec2Url,
    credentials: { accessKeyId: cloud.accessKeyId, secretAccessKey: cloud.secretAccessKey },
  };
  const off = cloud.untilLife(({ kind, instance }) => kind === 'off' && instance === stopped, { deadlineMs: 25_000 });
  await stopInstance(access, stopped);
  await off;
  const volatile = await runInstance(access, 'm5d.large');
  // How late it may still be sent is tested where time is virtual.
  const power = ec2Power({ ...access, sendWithinMs: 20_000 }, { clock: systemClock });
  return {
    ...{ power, running, stopped, grouped, volatile },
    until: (id, state) =>
      eventually(`${id} is ${state}`, async () => {
        const seen = await power.describe(id, { deadlineMs: 5_000 });
        return seen.kind === 'known' && seen.state === state;
      }),
    reboots: (id) =>
      cloud
        .calls()
        .filter(
          ({ name, instances, outcome }) => name === 'RebootInstances' && instances.includes(id) && outcome === 'ok',
        ).length,
    throttle: () => {
      const { id } = cloud.faults.inject({ kind: 'throttle-ec2' });
      return () => cloud.faults.undo(id);
    },
    loseReply: () => void cloud.faults.inject({ kind: 'lose-reply', call: 'RebootInstances' }),
    deny: () => void cloud.faults.inject({ kind: 'deny-ec2', action: 'RebootInstances', times: 1 }),
    end: async () => {
      power.close();
      await cloud.stop();
    },
  };
};

const stopInstance = async (access: EC2ClientConfig, id: string): Promise<void> => {
  const client = new EC2Client(access);
  await client.send(new StopInstancesCommand({ InstanceIds: [id] }));
  client.destroy();
};

const runInstance = async (access: EC2ClientConfig, type: _InstanceType): Promise<string> => {
  const client = new EC2Client(access);
  const launched = await client.send(
    new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 1, InstanceType: type }),
  );
  client.destroy();
  return launched.Instances?.[0]?.InstanceId ?? '';
};

powerContract('the fake', fakeStage);
powerContract('the SDK against the local cloud', localCloudStage);
