/**
 * The only file that imports the SDK, and only what is used of it. It is itself imported when EC2 is first needed:
 * the SDK is heavy, and an idle agent does not carry it.
 */
import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  type Instance,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { codeOf, messageOf } from '../../pool/thrown.ts';
import type { PowerCall } from '../doctor/ports/power.ts';

/** How EC2 is reached; what is absent comes from the SDK's own chain: environment, files, the instance's role. */
export interface Ec2Access {
  /** The region; a function is asked for it only where the SDK's chain says none. */
  readonly region?: string | (() => Promise<string>) | undefined;
  readonly endpoint?: string | undefined;
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined;
}

export interface PowerOrder {
  readonly call: PowerCall;
  readonly instanceId: string;
  readonly dryRun: boolean;
  /** Called right before the request leaves; what it throws keeps the request from leaving. */
  readonly beforeSend: () => void;
}

/** One instance as EC2 shows it. */
export interface ShownInstance {
  readonly id: string;
  /** EC2's word for its state. */
  readonly state: string;
  readonly type: string;
  readonly rootDevice: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** The calls that we make, each asked exactly once: whether to ask again is not for the SDK to say. */
export interface Ec2Client {
  readonly order: (order: PowerOrder, signal: AbortSignal) => Promise<void>;
  /** EC2's word for the state of the instance; undefined where it lists none. */
  readonly stateOf: (instanceId: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Those of these, at most 200, that EC2 knows: who is unknown makes no error here. */
  readonly show: (instanceIds: readonly string[], signal: AbortSignal) => Promise<readonly ShownInstance[]>;
  /** Whether instances of these types, at most 100, have volumes that a stop empties. */
  readonly instanceStoreOf: (
    types: readonly string[],
    signal: AbortSignal,
  ) => Promise<readonly (readonly [type: string, has: boolean])[]>;
  readonly close: () => void;
}

export const connectEc2 = ({ region, endpoint, credentials }: Ec2Access): Ec2Client => {
  const client = new EC2Client({
    maxAttempts: 1,
    region: typeof region === 'string' ? region : () => regionOfChain().catch(region),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
  });
  return {
    order: (order, signal) => sendOrder(client, order, signal),
    stateOf: async (instanceId, signal) => {
      const command = new DescribeInstancesCommand({ InstanceIds: [instanceId] });
      command.middlewareStack.add(atTheWire(), wire);
      const { Reservations: reservations = [] } = await client.send(command, { abortSignal: signal });
      const instances = reservations.flatMap(({ Instances: some = [] }) => some);
      return instances.find(({ InstanceId: id }) => id === instanceId)?.State?.Name;
    },
    show: async (instanceIds, signal) => (await filtered(client, instanceIds, signal)).flatMap(shown),
    instanceStoreOf: async (types, signal) => {
      const command = new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [...types] }] });
      command.middlewareStack.add(atTheWire(), wire);
      const { InstanceTypes: known = [] } = await client.send(command, { abortSignal: signal });
      return known.flatMap(({ InstanceType: type, InstanceStorageSupported: has }) =>
        type === undefined || has === undefined ? [] : [[type, has] as const],
      );
    },
    close: () => client.destroy(),
  };
};

const sendOrder = async (
  client: EC2Client,
  { call, instanceId, dryRun, beforeSend }: PowerOrder,
  signal: AbortSignal,
): Promise<void> => {
  const input = { InstanceIds: [instanceId], DryRun: dryRun };
  const options = { abortSignal: signal };
  switch (call) {
    case 'reboot': {
      const command = new RebootInstancesCommand(input);
      command.middlewareStack.add(atTheWire(beforeSend), wire);
      await client.send(command, options);
      return;
    }
    case 'stop': {
      const command = new StopInstancesCommand(input);
      command.middlewareStack.add(atTheWire(beforeSend), wire);
      await client.send(command, options);
      return;
    }
    case 'start': {
      const command = new StartInstancesCommand(input);
      command.middlewareStack.add(atTheWire(beforeSend), wire);
      await client.send(command, options);
      return;
    }
  }
};

/** By a filter, since a list of ids fails as a whole where one of them is unknown. */
const filtered = async (
  client: EC2Client,
  instanceIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly Instance[]> => {
  const Filters = [{ Name: 'instance-id', Values: [...instanceIds] }];
  const found: Instance[] = [];
  let next: string | undefined;
  do {
    const command = new DescribeInstancesCommand({
      ...{ Filters, MaxResults: 1_000 },
      ...(next === undefined ? {} : { NextToken: next }),
    });
    command.middlewareStack.add(atTheWire(), wire);
    const page = await client.send(command, { abortSignal: signal });
    found.push(...(page.Reservations ?? []).flatMap(({ Instances: some = [] }) => some));
    next = page.NextToken === '' ? undefined : page.NextToken;
  } while (next !== undefined);
  return found;
};

const shown = (instance: Instance): readonly ShownInstance[] => {
  const { InstanceId: id, State: state, InstanceType: type, RootDeviceType: rootDevice, Tags: tags = [] } = instance;
  if (id === undefined) return [];
  const named = tags.flatMap(({ Key: key, Value: value = '' }) => (key === undefined ? [] : [[key, value] as const]));
  return [{ id, state: state?.Name ?? '', type: type ?? '', rootDevice, tags: Object.fromEntries(named) }];
};

/** From AWS_REGION or the SDK's files. Rejects where they say none. */
const regionOfChain = async (): Promise<string> => new EC2Client({}).config.region();

/** Nearest to the connection: the request is signed, the answer not yet read. */
const wire = { step: 'deserialize', priority: 'low', name: 'atTheWire' } as const;

/** A connection's own error keeps its code, which the SDK may lose on its way up. */
const atTheWire =
  (beforeSend: () => void = () => undefined) =>
  <Args, Output>(next: (args: Args) => Promise<Output>) =>
  async (args: Args): Promise<Output> => {
    beforeSend();
    try {
      return await next(args);
    } catch (cause) {
      throw Object.assign(new Error(messageOf(cause), { cause }), { code: codeOf(cause) ?? 'NoAnswer' });
    }
  };
