import { cpusOfType } from '../../region/launch-order.ts';
import { type Action, answer } from '../action.ts';
import { dryRunOperation, isError, unknownTypes } from '../error.ts';
import { type FilterTable, filtered } from '../filter.ts';
import { pageOf } from '../page.ts';
import { listOf } from '../query.ts';
import { items, type Xml } from '../xml.ts';

/** Types that this region offers, of those that EC2 has: small ones, and some whose volumes do not outlive a stop. */
const offered: readonly string[] = [
  ...['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'].flatMap((size) => [
    `t3.${size}`,
    `t4g.${size}`,
  ]),
  ...['m5.large', 'c5.large', 'm5d.large', 'c5d.large', 'i3.large'],
];

/** "Instance store volumes": the `d` after a family's number, and the families that are all about storage. */
const hasInstanceStore = (type: string): boolean => /^(?:[a-z]+\d[a-z]*d[a-z]*|[idh]\d[a-z]*)\./.test(type);

export const describeInstanceTypes: Action = ({ query, dryRun }) => {
  const named = listOf(query, 'InstanceType');
  const unknown = named.filter((type) => !offered.includes(type));
  if (unknown.length > 0) return unknownTypes(unknown);
  const matching = filtered(named.length === 0 ? offered : named, query, filters);
  if (isError(matching)) return matching;
  const page = pageOf(matching.items, query);
  if (isError(page)) return page;
  if (dryRun) return dryRunOperation();
  return answer({ instanceTypeSet: items(page.items.map(typeXml)), nextToken: page.nextToken });
};

const filters: FilterTable<string> = (name) =>
  ({
    'instance-type': (type: string) => [type],
    'instance-storage-supported': (type: string) => [String(hasInstanceStore(type))],
  })[name];

const typeXml = (type: string): Xml => ({
  instanceType: type,
  currentGeneration: true,
  supportedRootDeviceTypes: items(['ebs']),
  vCpuInfo: { defaultVCpus: cpusOfType(type) ?? 2 },
  instanceStorageSupported: hasInstanceStore(type),
});
