import type { Credential } from '../ec2/sigv4.ts';
import { loopback } from '../http/serve.ts';
import type { Instance } from '../region/instance.ts';

export interface ImdsFacts {
  readonly region: string;
  readonly ownerId: string;
  readonly roleName: string;
  /** The temporary credentials of the instance's role. */
  readonly roleOf: (instanceId: string) => Credential;
}

/** A folder lists its entries; a leaf is a text. */
export type Tree = string | { readonly [entry: string]: Tree };

const roleLifetimeMs = 6 * 3_600_000;

/** All that an instance can learn of itself: "Instance metadata categories" in the EC2 User Guide. */
export const metadataTree = (instance: Instance, facts: ImdsFacts): Tree => ({
  latest: {
    dynamic: { 'instance-identity': { document: json(identityDocument(instance, facts)) } },
    'meta-data': {
      'ami-id': instance.imageId,
      'ami-launch-index': String(instance.launchIndex),
      hostname: hostnameOf(instance, facts),
      iam: iam(instance, facts),
      'instance-id': instance.id,
      'instance-life-cycle': 'on-demand',
      'instance-type': instance.type,
      'local-hostname': hostnameOf(instance, facts),
      'local-ipv4': loopback,
      placement: { 'availability-zone': `${facts.region}a`, region: facts.region },
      'reservation-id': instance.reservationId,
      tags: { instance: Object.fromEntries(instance.tags) },
    },
    ...(instance.userData === undefined ? {} : { 'user-data': Buffer.from(instance.userData, 'base64').toString() }),
  },
});

const hostnameOf = ({ id }: Instance, { region }: ImdsFacts): string => `${id}.${region}.compute.internal`;

const identityDocument = (instance: Instance, { region, ownerId }: ImdsFacts): unknown => ({
  accountId: ownerId,
  architecture: 'x86_64',
  availabilityZone: `${region}a`,
  billingProducts: null,
  imageId: instance.imageId,
  instanceId: instance.id,
  instanceType: instance.type,
  kernelId: null,
  marketplaceProductCodes: null,
  pendingTime: new Date(instance.launchedAtMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  privateIp: loopback,
  ramdiskId: null,
  region,
  version: '2017-09-30',
});

const iam = (instance: Instance, { ownerId, roleName, roleOf }: ImdsFacts): Tree => {
  const { accessKeyId, secretAccessKey, sessionToken } = roleOf(instance.id);
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const credentials = {
    Code: 'Success',
    LastUpdated: now.toISOString(),
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: new Date(now.getTime() + roleLifetimeMs).toISOString(),
  };
  const profile = {
    Code: 'Success',
    LastUpdated: now.toISOString(),
    InstanceProfileArn: `arn:aws:iam::${ownerId}:instance-profile/${roleName}`,
    InstanceProfileId: 'AIPALOCALCLOUD',
  };
  return { info: json(profile), 'security-credentials': { [roleName]: json(credentials) } };
};

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
