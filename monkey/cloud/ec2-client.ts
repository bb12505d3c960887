/**
 * The only file that imports the SDK, and only what is used of it. It is itself imported when EC2 is first needed:
 * the SDK is heavy, and an idle agent does not carry it.
 */
import { DescribeInstancesCommand, EC2Client, RebootInstancesCommand } from '@aws-sdk/client-ec2';
import { codeOf, messageOf } from '../../pool/thrown.ts';

/** How EC2 is reached; what is absent comes from the SDK's own chain: environment, files, the instance's role. */
export interface Ec2Access {
  /** The region; a function is asked for it only where the SDK's chain says none. */
  readonly region?: string | (() => Promise<string>) | undefined;
  readonly endpoint?: string | undefined;
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined;
}

/** The two calls that we make, each asked exactly once: whether to ask again is not for the SDK to say. */
export interface Ec2Client {
  /** `beforeSend` is called right before the request leaves; what it throws keeps the request from leaving. */
  readonly reboot: (instanceId: string, dryRun: boolean, beforeSend: () => void, signal: AbortSignal) => Promise<void>;
  /** EC2's word for the state of the instance; undefined where it lists none. */
  readonly stateOf: (instanceId: string, signal: AbortSignal) => Promise<string | undefined>;
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
    reboot: async (instanceId, dryRun, beforeSend, signal) => {
      const command = new RebootInstancesCommand({ InstanceIds: [instanceId], DryRun: dryRun });
      command.middlewareStack.add(atTheWire(beforeSend), wire);
      await client.send(command, { abortSignal: signal });
    },
    stateOf: async (instanceId, signal) => {
      const command = new DescribeInstancesCommand({ InstanceIds: [instanceId] });
      command.middlewareStack.add(atTheWire(), wire);
      const { Reservations: reservations = [] } = await client.send(command, { abortSignal: signal });
      const instances = reservations.flatMap(({ Instances: some = [] }) => some);
      return instances.find(({ InstanceId: id }) => id === instanceId)?.State?.Name;
    },
    close: () => client.destroy(),
  };
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
