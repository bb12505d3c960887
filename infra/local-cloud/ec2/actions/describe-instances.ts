import type { Instance } from '../../region/instance.ts';
import { type Action, answer, instancesOf } from '../action.ts';
import { dryRunOperation, invalidCombination, isError } from '../error.ts';
import { filtered } from '../filter.ts';
import { instanceFilters } from '../instance-filters.ts';
import { pageOf } from '../page.ts';
import { listOf } from '../query.ts';
import { reservationXml } from '../shape.ts';
import { items } from '../xml.ts';

export const describeInstances: Action = ({ region, query, dryRun }) => {
  const ids = listOf(query, 'InstanceId');
  if (ids.length > 0 && query.has('MaxResults'))
    return invalidCombination('The parameter instancesSet cannot be used with the parameter maxResults');
  const named = ids.length === 0 ? { kind: 'named' as const, instances: region.all() } : instancesOf(region, ids);
  if (isError(named)) return named;
  const matching = filtered(named.instances, query, instanceFilters(region));
  if (isError(matching)) return matching;
  const page = pageOf(matching.items, query);
  if (isError(page)) return page;
  if (dryRun) return dryRunOperation();
  return answer({
    reservationSet: items(reservationsOf(page.items).map((instances) => reservationXml(instances, region))),
    nextToken: page.nextToken,
  });
};

/** A reservation holds what one call launched. */
const reservationsOf = (instances: readonly Instance[]): readonly (readonly Instance[])[] => {
  const groups = new Map<string, Instance[]>();
  for (const instance of instances)
    groups.set(instance.reservationId, [...(groups.get(instance.reservationId) ?? []), instance]);
  return [...groups.values()];
};
