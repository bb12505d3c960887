import { type Action, done, instancesOf } from '../action.ts';
import { dryRunOperation, isError, missingParameter, unknownResource } from '../error.ts';
import { listOf } from '../query.ts';
import { excessOf, tagsIn } from '../tags.ts';

/** Instances are the only resources here that have tags. */
export const createTags: Action = ({ region, query, dryRun }) => {
  const ids = listOf(query, 'ResourceId');
  if (ids.length === 0) return missingParameter('ResourceId');
  const foreign = ids.find((id) => !id.startsWith('i-'));
  if (foreign !== undefined) return unknownResource(foreign);
  const named = instancesOf(region, ids);
  if (isError(named)) return named;
  const asked = tagsIn(query);
  if (isError(asked)) return asked;
  if (Object.keys(asked.tags).length === 0) return missingParameter('Tag');
  for (const { tags } of named.instances) {
    const excess = excessOf(tags, asked.tags);
    if (excess !== undefined) return excess;
  }
  if (dryRun) return dryRunOperation();
  for (const { tags } of named.instances) for (const [key, value] of Object.entries(asked.tags)) tags.set(key, value);
  return done();
};
