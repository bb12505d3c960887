import type { Instance } from '../../region/instance.ts';
import type { Region } from '../../region/region.ts';
import { type Action, answer, availabilityZoneOf, instancesOf } from '../action.ts';
import { dryRunOperation, invalidCombination, isError } from '../error.ts';
import { type FilterTable, filtered, type ValuesOf } from '../filter.ts';
import { instanceFilters } from '../instance-filters.ts';
import { pageOf } from '../page.ts';
import { isTrue, listOf } from '../query.ts';
import { stateXml } from '../shape.ts';
import { items, type Xml } from '../xml.ts';

/** The status checks say `initializing` this long after a boot, and this long while there is none: then `impaired`. */
const initializingForMs = 5000;
const impairedAfterMs = 120_000;

type Status = 'ok' | 'initializing' | 'impaired' | 'not-applicable';

export const describeInstanceStatus: Action = ({ region, query, dryRun }) => {
  const ids = listOf(query, 'InstanceId');
  if (ids.length > 0 && query.has('MaxResults'))
    return invalidCombination('The parameter instancesSet cannot be used with the parameter maxResults');
  const named = ids.length === 0 ? { kind: 'named' as const, instances: region.all() } : instancesOf(region, ids);
  if (isError(named)) return named;
  const shown = isTrue(query, 'IncludeAllInstances')
    ? named.instances
    : named.instances.filter(({ machine }) => machine.state === 'running');
  const matching = filtered(shown, query, statusFilters(region));
  if (isError(matching)) return matching;
  const page = pageOf(matching.items, query);
  if (isError(page)) return page;
  if (dryRun) return dryRunOperation();
  return answer({
    instanceStatusSet: items(page.items.map((instance) => statusItem(instance, region))),
    nextToken: page.nextToken,
  });
};

const statusFilters = (region: Region): FilterTable<Instance> => {
  const own: Readonly<Record<string, ValuesOf<Instance>>> = {
    'instance-status.status': (instance) => [instanceStatus(instance)],
    'system-status.status': (instance) => [systemStatus(instance)],
  };
  const shared = instanceFilters(region);
  const sharedNames = ['instance-state-name', 'instance-state-code', 'availability-zone'];
  return (name) => own[name] ?? (sharedNames.includes(name) ? shared(name) : undefined);
};

const statusItem = (instance: Instance, region: Region): Xml => ({
  instanceId: instance.id,
  availabilityZone: availabilityZoneOf(region),
  instanceState: stateXml(instance.machine.state),
  systemStatus: checkXml(systemStatus(instance)),
  instanceStatus: checkXml(instanceStatus(instance)),
});

const checkXml = (status: Status): Xml => ({
  status,
  details: status === 'not-applicable' ? undefined : items([{ name: 'reachability', status: reachability[status] }]),
});

const reachability = { ok: 'passed', initializing: 'initializing', impaired: 'failed' } as const;

/** The host below the instance: ours never fails. */
const systemStatus = ({ machine }: Instance): Status => (machine.state === 'running' ? 'ok' : 'not-applicable');

/** A reboot does not change the state, only this. */
const instanceStatus = ({ machine }: Instance): Status => {
  if (machine.state !== 'running') return 'not-applicable';
  const { up, sinceMs } = machine.reach;
  if (up) return sinceMs >= initializingForMs ? 'ok' : 'initializing';
  return sinceMs >= impairedAfterMs ? 'impaired' : 'initializing';
};
