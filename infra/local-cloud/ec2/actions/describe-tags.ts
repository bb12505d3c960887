import { type Action, answer } from '../action.ts';
import { dryRunOperation, isError } from '../error.ts';
import { type FilterTable, filtered, type ValuesOf } from '../filter.ts';
import { pageOf } from '../page.ts';
import { items } from '../xml.ts';

interface Tag {
  readonly resourceId: string;
  readonly key: string;
  readonly value: string;
}

const resourceType = 'instance';

export const describeTags: Action = ({ region, query, dryRun }) => {
  const all = region
    .all()
    .flatMap(({ id, tags }) => [...tags].map(([key, value]): Tag => ({ resourceId: id, key, value })));
  const matching = filtered(all, query, tagFilters);
  if (isError(matching)) return matching;
  const page = pageOf(matching.items, query);
  if (isError(page)) return page;
  if (dryRun) return dryRunOperation();
  return answer({
    tagSet: items(page.items.map(({ resourceId, key, value }) => ({ resourceId, resourceType, key, value }))),
    nextToken: page.nextToken,
  });
};

const tagFilters: FilterTable<Tag> = (name) => {
  if (name.startsWith('tag:')) return ({ key, value }) => (key === name.slice('tag:'.length) ? [value] : []);
  return table[name];
};

const table: Readonly<Record<string, ValuesOf<Tag>>> = {
  key: ({ key }) => [key],
  value: ({ value }) => [value],
  'resource-id': ({ resourceId }) => [resourceId],
  'resource-type': () => [resourceType],
};
