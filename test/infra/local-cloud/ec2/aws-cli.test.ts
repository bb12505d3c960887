import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import { findAwsCli } from '../aws-cli.ts';
import { cloudOf, eventually, shell, soon } from '../cloud.ts';

const cli = await findAwsCli();
if (cli.kind === 'missing') process.stderr.write(`skipped: the AWS CLI against the local cloud: ${cli.because}\n`);

// The CLI is a Python program that takes a second or two to start.
const cliDeadlineMs = 60_000;

const name = cli.kind === 'found' ? 'the AWS CLI' : `the AWS CLI (skipped: ${cli.because})`;
(cli.kind === 'found' ? describe : describe.skip)(name, () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await cloudOf({ nodes: 6, units: () => [shell('app', 'exec sleep 1000')] });
  });
  afterAll(() => cloud.stop());

  const first = () => cloud.instances[0]!.id;

  const aws = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      cli.kind === 'found' ? cli.command : '',
      ['--endpoint-url', cloud.ec2Url, '--output', 'json', 'ec2', ...args],
      {
        timeout: cliDeadlineMs,
        env: {
          PATH: process.env['PATH'],
          HOME: '/nonexistent',
          AWS_PAGER: '',
          AWS_MAX_ATTEMPTS: '1',
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_DEFAULT_REGION: cloud.region,
          AWS_ACCESS_KEY_ID: cloud.accessKeyId,
          AWS_SECRET_ACCESS_KEY: cloud.secretAccessKey,
        },
      },
    );
    return stdout;
  };

  test(
    'lists the instances, page by page',
    async () => {
      const query = ['--query', 'Reservations[].Instances[].InstanceId'];
      const listed = JSON.parse(await aws('describe-instances', '--page-size', '5', ...query));
      expect(listed).toEqual(cloud.instances.map(({ id }) => id));
    },
    cliDeadlineMs,
  );

  test(
    'finds instances by tag and state',
    async () => {
      const filters = ['--filters', 'Name=tag:Name,Values=web-3', 'Name=instance-state-name,Values=running'];
      const found = JSON.parse(
        await aws('describe-instances', ...filters, '--query', 'Reservations[].Instances[].InstanceId'),
      );
      expect(found).toEqual([cloud.instances[2]!.id]);
    },
    cliDeadlineMs,
  );

  test(
    'tags an instance and reads the tags back',
    async () => {
      await aws('create-tags', '--resources', first(), '--tags', 'Key=mood,Value=well & good');
      const { Tags } = JSON.parse(await aws('describe-tags', '--filters', 'Name=key,Values=mood'));
      expect(Tags).toEqual([{ Key: 'mood', ResourceId: first(), ResourceType: 'instance', Value: 'well & good' }]);
    },
    cliDeadlineMs,
  );

  test(
    'reboots an instance, which comes back with a new boot id',
    async () => {
      const bootIdBefore = cloud.instances[0]!.bootId;
      const booted = cloud.untilLife(({ kind, instance }) => kind === 'booted' && instance === first(), {
        deadlineMs: cliDeadlineMs,
      });
      await aws('reboot-instances', '--instance-ids', first());
      expect(await booted).toMatchObject({ bootIdBefore });
      const { InstanceStatuses } = JSON.parse(await aws('describe-instance-status', '--instance-ids', first()));
      expect(InstanceStatuses).toMatchObject([{ InstanceId: first(), InstanceState: { Name: 'running' } }]);
    },
    cliDeadlineMs,
  );

  test(
    'launches, stops, starts and terminates',
    async () => {
      const { Instances } = JSON.parse(
        await aws('run-instances', '--image-id', 'ami-1', '--count', '1', '--instance-type', 't3.micro'),
      );
      const id: string = Instances[0].InstanceId;
      const isIn = (state: string) => () => cloud.instances.some((each) => each.id === id && each.state === state);
      await eventually(isIn('running'), 'it runs');
      expect(JSON.parse(await aws('stop-instances', '--instance-ids', id)).StoppingInstances).toHaveLength(1);
      await eventually(isIn('stopped'), 'it is stopped');
      expect(JSON.parse(await aws('start-instances', '--instance-ids', id)).StartingInstances).toHaveLength(1);
      const ended = cloud.untilLife((event) => event.instance === id && event.kind === 'off', soon);
      expect(JSON.parse(await aws('terminate-instances', '--instance-ids', id)).TerminatingInstances).toHaveLength(1);
      await ended;
    },
    cliDeadlineMs,
  );

  test(
    'shows the errors by their codes',
    async () => {
      const cases = [
        [['reboot-instances', '--instance-ids', 'i-0123456789abcdef0'], 'InvalidInstanceID.NotFound'],
        [['reboot-instances', '--instance-ids', 'web-1'], 'InvalidInstanceID.Malformed'],
        [['reboot-instances', '--dry-run', '--instance-ids', first()], 'DryRunOperation'],
      ] as const;
      for (const [args, code] of cases) await expect(aws(...args)).rejects.toThrow(`An error occurred (${code})`);
      const fault = cloud.faults.inject({ kind: 'throttle-ec2' });
      await expect(aws('describe-instances')).rejects.toThrow('An error occurred (RequestLimitExceeded)');
      cloud.faults.undo(fault.id);
    },
    2 * cliDeadlineMs,
  );
});
