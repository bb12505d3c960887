import { loopback } from '../http/serve.ts';
import { type InstanceState, stateCodes } from '../machine/life.ts';
import type { Instance } from '../region/instance.ts';
import type { Region } from '../region/region.ts';
import { availabilityZoneOf } from './action.ts';
import { items, type Xml } from './xml.ts';

export const stateXml = (state: InstanceState): Xml => ({ code: stateCodes[state], name: state });

/** How StopInstances, StartInstances and TerminateInstances tell what they did. */
export const stateChange = (instance: Instance, before: InstanceState): Xml => ({
  instanceId: instance.id,
  currentState: stateXml(instance.machine.state),
  previousState: stateXml(before),
});

export const privateNameOf = (instance: Instance, region: Region): string =>
  `${instance.id}.${region.spec.name}.compute.internal`;

/** Reservation as DescribeInstances and RunInstances show it. */
export const reservationXml = (instances: readonly Instance[], region: Region): Readonly<Record<string, Xml>> => ({
  reservationId: instances[0]?.reservationId,
  ownerId: region.spec.ownerId,
  groupSet: items([]),
  instancesSet: items(instances.map((instance) => instanceXml(instance, region))),
});

/** Instance as in the API reference, with what the local cloud can tell of it. */
const instanceXml = (instance: Instance, region: Region): Xml => ({
  instanceId: instance.id,
  imageId: instance.imageId,
  instanceState: stateXml(instance.machine.state),
  ...addresses(instance, region),
  reason: '',
  amiLaunchIndex: instance.launchIndex,
  productCodes: items([]),
  instanceType: instance.type,
  launchTime: new Date(instance.launchedAtMs).toISOString(),
  placement: { availabilityZone: availabilityZoneOf(region), groupName: '', tenancy: 'default' },
  monitoring: { state: 'disabled' },
  ...hardware(instance),
  groupSet: items([]),
  clientToken: instance.clientToken ?? '',
  tagSet: items(tagsOf(instance)),
  iamInstanceProfile: { arn: profileArnOf(region), id: 'AIPALOCALCLOUD' },
  metadataOptions: {
    state: 'applied',
    httpTokens: 'required',
    httpPutResponseHopLimit: 2,
    httpEndpoint: 'enabled',
    instanceMetadataTags: 'enabled',
  },
});

/** A terminated instance has given its addresses back. */
const addresses = (instance: Instance, region: Region): Readonly<Record<string, Xml>> =>
  instance.machine.state === 'terminated'
    ? { privateDnsName: '', dnsName: '' }
    : {
        privateDnsName: privateNameOf(instance, region),
        dnsName: '',
        privateIpAddress: loopback,
        subnetId: 'subnet-0local0cloud00000',
        vpcId: 'vpc-0local0cloud000000',
      };

const hardware = (instance: Instance): Readonly<Record<string, Xml>> => ({
  sourceDestCheck: true,
  architecture: 'x86_64',
  rootDeviceType: 'ebs',
  rootDeviceName: '/dev/xvda',
  blockDeviceMapping: items([
    {
      deviceName: '/dev/xvda',
      ebs: {
        volumeId: `vol-${instance.id.slice('i-'.length)}`,
        status: 'attached',
        attachTime: new Date(instance.launchedAtMs).toISOString(),
        deleteOnTermination: true,
      },
    },
  ]),
  virtualizationType: 'hvm',
  hypervisor: 'xen',
  ebsOptimized: false,
  enaSupport: true,
  cpuOptions: { coreCount: instance.cpus, threadsPerCore: 1 },
});

const tagsOf = ({ tags }: Instance): readonly Xml[] => [...tags].map(([key, value]) => ({ key, value }));

const profileArnOf = (region: Region): string => `arn:aws:iam::${region.spec.ownerId}:instance-profile/local-cloud`;
