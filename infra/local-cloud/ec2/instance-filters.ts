import { loopback } from '../http/serve.ts';
import { stateCodes } from '../machine/life.ts';
import type { Instance } from '../region/instance.ts';
import type { Region } from '../region/region.ts';
import { availabilityZoneOf } from './action.ts';
import type { FilterTable, ValuesOf } from './filter.ts';
import { privateNameOf } from './shape.ts';

/** The filters of DescribeInstances. */
export const instanceFilters = (region: Region): FilterTable<Instance> => {
  const table: Readonly<Record<string, ValuesOf<Instance>>> = {
    'instance-id': ({ id }) => [id],
    'instance-state-name': ({ machine }) => [machine.state],
    'instance-state-code': ({ machine }) => [String(stateCodes[machine.state])],
    'instance-type': ({ type }) => [type],
    'image-id': ({ imageId }) => [imageId],
    'reservation-id': ({ reservationId }) => [reservationId],
    'client-token': ({ clientToken }) => (clientToken === undefined ? [] : [clientToken]),
    'owner-id': () => [region.spec.ownerId],
    'availability-zone': () => [availabilityZoneOf(region)],
    'private-ip-address': ({ machine }) => (machine.state === 'terminated' ? [] : [loopback]),
    'private-dns-name': (instance) => [privateNameOf(instance, region)],
    'root-device-type': () => ['ebs'],
    architecture: () => ['x86_64'],
    'tag-key': ({ tags }) => [...tags.keys()],
    'tag-value': ({ tags }) => [...tags.values()],
  };
  return (name) => (name.startsWith('tag:') ? tagNamed(name.slice('tag:'.length)) : table[name]);
};

const tagNamed =
  (key: string): ValuesOf<Instance> =>
  ({ tags }) => {
    const value = tags.get(key);
    return value === undefined ? [] : [value];
  };
