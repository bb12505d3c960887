import {
  CreateTagsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeTagsCommand,
  type EC2Client,
  paginateDescribeInstances,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import type { LifeEvent } from '../../../../infra/local-cloud/machine/life.ts';
import { cloudOf, eventually, sdkFor, shell, soon } from '../cloud.ts';

let cloud: LocalCloud;
let ec2: EC2Client;
beforeAll(async () => {
  cloud = await cloudOf({ nodes: 2, service: 'cats', cpus: 4, units: () => [shell('app', 'exec sleep 1000')] });
  ec2 = sdkFor(cloud);
});
afterAll(async () => {
  ec2.destroy();
  await cloud.stop();
});

const ids = () => cloud.instances.map(({ id }) => id);
const describeAll = async (input: DescribeInstancesCommandInput = {}) =>
  ((await ec2.send(new DescribeInstancesCommand(input))).Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
const matching = async (name: string, ...values: string[]) =>
  (await describeAll({ Filters: [{ Name: name, Values: values }] })).map(({ InstanceId }) => InstanceId);
const becomes = (id: string, kind: LifeEvent['kind']) =>
  cloud.untilLife((event) => event.instance === id && event.kind === kind, soon);
const stateOf = async (id: string) => (await describeAll({ InstanceIds: [id] }))[0]?.State?.Name;
/** What XML has to escape, and what is not ASCII. */
const odd = '<s>&"\' \u00e9 \u{1f431}';
const unknownId = 'i-0123456789abcdef0';

describe('DescribeInstances', () => {
  test('shows what a client wants to know of an instance', async () => {
    const [first] = await describeAll();
    expect(first).toMatchObject({
      InstanceId: ids()[0],
      State: { Code: 16, Name: 'running' },
      PrivateIpAddress: '127.0.0.1',
      Placement: { AvailabilityZone: 'local-1a' },
      CpuOptions: { CoreCount: 4, ThreadsPerCore: 1 },
      RootDeviceType: 'ebs',
      MetadataOptions: { HttpTokens: 'required' },
    });
    expect(first?.Tags).toEqual([
      { Key: 'Name', Value: 'cats-1' },
      { Key: 'service', Value: 'cats' },
      { Key: 'pool', Value: 'web' },
      { Key: 'doctor-monkey:pool', Value: 'web' },
    ]);
    expect(first?.LaunchTime).toBeInstanceOf(Date);
  });

  test('filters by id, state and tag, with wildcards, all filters at once', async () => {
    const [one, two] = ids();
    expect(await matching('instance-id', one!)).toEqual([one]);
    expect(await matching('tag:Name', 'cats-2', 'dogs')).toEqual([two]);
    expect(await matching('tag:Name', 'cats-?')).toEqual([one, two]);
    expect(await matching('tag-key', 'pool')).toEqual([one, two]);
    expect(await matching('instance-state-name', 'stopped')).toEqual([]);
    const both = [
      { Name: 'tag:service', Values: ['c*'] },
      { Name: 'tag:Name', Values: ['cats-1'] },
    ];
    expect((await describeAll({ Filters: both })).map(({ InstanceId }) => InstanceId)).toEqual([one]);
  });

  test('refuses a filter that it does not know', async () => {
    await expect(matching('colour', 'red')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('gives pages, and every instance once', async () => {
    const seen: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 1 }, {})) {
      pages += 1;
      seen.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map((each) => each.InstanceId)));
    }
    expect(seen).toEqual(ids());
    expect(pages).toBe(2);
  });

  test('refuses a page of named instances, and a token that it never gave', async () => {
    await expect(describeAll({ InstanceIds: [ids()[0]!], MaxResults: 5 })).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
    await expect(describeAll({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('an instance id', () => {
  test('that nobody has is InvalidInstanceID.NotFound', async () => {
    await expect(describeAll({ InstanceIds: [unknownId] })).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: `The instance ID '${unknownId}' does not exist`,
      $metadata: { httpStatusCode: 400 },
    });
    await expect(ec2.send(new RebootInstancesCommand({ InstanceIds: [ids()[0]!, unknownId] }))).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
    });
  });

  test('that can be none is InvalidInstanceID.Malformed', async () => {
    await expect(ec2.send(new RebootInstancesCommand({ InstanceIds: ['web-1'] }))).rejects.toMatchObject({
      name: 'InvalidInstanceID.Malformed',
    });
  });

  test('left out is MissingParameter', async () => {
    await expect(ec2.send(new RebootInstancesCommand({ InstanceIds: [] }))).rejects.toMatchObject({
      name: 'MissingParameter',
    });
  });
});

test('DryRun says what would be, and does nothing', async () => {
  const bootIds = cloud.instances.map(({ bootId }) => bootId);
  const dry = { InstanceIds: ids(), DryRun: true };
  const commands = [
    ec2.send(new RebootInstancesCommand(dry)),
    ec2.send(new StopInstancesCommand(dry)),
    ec2.send(new StartInstancesCommand(dry)),
    ec2.send(new TerminateInstancesCommand(dry)),
    ec2.send(new DescribeInstancesCommand(dry)),
    ec2.send(new CreateTagsCommand({ Resources: ids(), Tags: [{ Key: 'dry', Value: 'yes' }], DryRun: true })),
    ec2.send(new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 1, DryRun: true })),
  ];
  for (const command of commands)
    await expect(command).rejects.toMatchObject({ name: 'DryRunOperation', $metadata: { httpStatusCode: 412 } });
  expect(cloud.instances.map(({ bootId }) => bootId)).toEqual(bootIds);
  expect(await matching('tag-key', 'dry')).toEqual([]);
});

describe('tags', () => {
  test('are created, replaced, described and filtered, whatever they hold', async () => {
    const [one, two] = ids();
    await ec2.send(new CreateTagsCommand({ Resources: ids(), Tags: [{ Key: 'mood', Value: 'well' }] }));
    await ec2.send(new CreateTagsCommand({ Resources: [two!], Tags: [{ Key: 'mood', Value: odd }] }));
    const { Tags } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['mood'] }] }));
    expect(Tags).toEqual([
      { ResourceId: one, ResourceType: 'instance', Key: 'mood', Value: 'well' },
      { ResourceId: two, ResourceType: 'instance', Key: 'mood', Value: odd },
    ]);
    const ofOne = await ec2.send(
      new DescribeTagsCommand({
        Filters: [
          { Name: 'resource-id', Values: [one!] },
          { Name: 'value', Values: ['w*'] },
        ],
      }),
    );
    expect(ofOne.Tags?.map(({ Key }) => Key)).toEqual(['pool', 'doctor-monkey:pool', 'mood']);
  });

  test('of AWS are not ours to create', async () => {
    const tags = { Resources: ids(), Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'x' }] };
    await expect(ec2.send(new CreateTagsCommand(tags))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('are at most fifty', async () => {
    const many = Array.from({ length: 51 }, (_, each) => ({ Key: `k${each}`, Value: '' }));
    await expect(ec2.send(new CreateTagsCommand({ Resources: ids(), Tags: many }))).rejects.toMatchObject({
      name: 'TagLimitExceeded',
    });
  });
});

describe('DescribeInstanceStatus', () => {
  const statusOf = async (id: string) =>
    (await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances: true })))
      .InstanceStatuses?.[0];

  test('says `initializing` through a reboot, while the state stays `running`', async () => {
    const [id] = ids();
    const booted = becomes(id!, 'booted');
    const off = becomes(id!, 'off');
    await ec2.send(new RebootInstancesCommand({ InstanceIds: [id!] }));
    await off;
    expect(await statusOf(id!)).toMatchObject({
      InstanceState: { Name: 'running' },
      InstanceStatus: { Status: 'initializing' },
      SystemStatus: { Status: 'ok' },
    });
    await booted;
    expect((await statusOf(id!))?.InstanceStatus?.Status).toBe('initializing');
  });

  test('leaves out what does not run, unless all are wanted', async () => {
    const [, id] = ids();
    const off = becomes(id!, 'off');
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id!] }));
    await off;
    const running = await ec2.send(new DescribeInstanceStatusCommand({}));
    expect(running.InstanceStatuses?.map(({ InstanceId }) => InstanceId)).toEqual([ids()[0]]);
    expect((await statusOf(id!))?.InstanceStatus?.Status).toBe('not-applicable');
    const booted = becomes(id!, 'booted');
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id!] }));
    await booted;
  });
});

describe('the life of an instance', () => {
  test('from launch through stop and start to its end', async () => {
    const userData = Buffer.from(
      JSON.stringify({ units: [{ name: 'only', command: 'sleep', args: ['1000'] }], cpus: 3 }),
    );
    const run = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12345678',
        InstanceType: 't3.xlarge',
        MinCount: 1,
        MaxCount: 1,
        UserData: userData.toString('base64'),
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'guest' }] }],
      }),
    );
    const launched = run.Instances?.[0];
    const id = launched!.InstanceId!;
    expect(launched).toMatchObject({
      State: { Name: 'pending' },
      InstanceType: 't3.xlarge',
      CpuOptions: { CoreCount: 3 },
    });
    await eventually(() => cloud.instances.some((each) => each.id === id && each.group !== undefined), 'it has booted');
    await eventually(
      () => cloud.life().some((event) => event.kind === 'unit-started' && event.unit === 'only'),
      'its unit runs',
    );
    expect(await stateOf(id)).toBe('running');
    const bootIdBefore = cloud.instances.find((each) => each.id === id)?.bootId;

    const stopped = becomes(id, 'off');
    const stop = await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect(stop.StoppingInstances).toEqual([
      { InstanceId: id, PreviousState: { Code: 16, Name: 'running' }, CurrentState: { Code: 64, Name: 'stopping' } },
    ]);
    await stopped;
    await eventually(async () => (await stateOf(id)) === 'stopped', 'it is stopped');
    await expect(ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
    });

    const booted = becomes(id, 'booted');
    const start = await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    expect(start.StartingInstances?.[0]).toMatchObject({
      PreviousState: { Name: 'stopped' },
      CurrentState: { Name: 'pending' },
    });
    expect(await booted).toMatchObject({ bootIdBefore });

    const off = becomes(id, 'off');
    const end = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(end.TerminatingInstances?.[0]).toMatchObject({ CurrentState: { Code: 32, Name: 'shutting-down' } });
    await off;
    await eventually(async () => (await stateOf(id)) === 'terminated', 'it is gone');
    const refused = { name: 'IncorrectInstanceState' };
    await expect(ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject(refused);
    await expect(ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject(refused);
    expect(cloud.instances.some((each) => each.id === id)).toBe(false);
  });

  test('launches once for one client token', async () => {
    const input = { ImageId: 'ami-1', MinCount: 1, MaxCount: 2, ClientToken: 'only-once' };
    const [first, again] = [
      await ec2.send(new RunInstancesCommand(input)),
      await ec2.send(new RunInstancesCommand(input)),
    ];
    const launched = first.Instances?.map(({ InstanceId }) => InstanceId ?? '') ?? [];
    expect(launched).toHaveLength(2);
    expect(again.ReservationId).toBe(first.ReservationId);
    expect(again.Instances?.map(({ InstanceId }) => InstanceId)).toEqual(launched);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: launched }));
  });

  test('does not begin where there would be too many, or without an image', async () => {
    const many = new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 100 });
    await expect(ec2.send(many)).rejects.toMatchObject({ name: 'InstanceLimitExceeded' });
    const imageless = new RunInstancesCommand({ MinCount: 1, MaxCount: 1 });
    await expect(ec2.send(imageless)).rejects.toMatchObject({ name: 'MissingParameter' });
  });
});

test('calls are remembered with their instances, callers and outcomes', async () => {
  const from = cloud.calls().length;
  await describeAll({ InstanceIds: [ids()[0]!] });
  await expect(describeAll({ InstanceIds: ['nonsense'] })).rejects.toThrow();
  expect(cloud.calls().slice(from)).toMatchObject([
    { service: 'ec2', name: 'DescribeInstances', instances: [ids()[0]], by: 'cloud', outcome: 'ok' },
    { name: 'DescribeInstances', instances: ['nonsense'], outcome: 'InvalidInstanceID.Malformed' },
  ]);
});
