import type { LaunchOrder } from '../../region/launch-order.ts';
import { type Action, answer } from '../action.ts';
import { dryRunOperation, type Ec2Error, invalidValue, isError, missingParameter, tooManyInstances } from '../error.ts';
import { nestedOf, type Query } from '../query.ts';
import { reservationXml } from '../shape.ts';
import { excessOf, type Tags, tagsIn } from '../tags.ts';

const usualType = 't3.micro';

/** User data is taken as JSON that says what the instance runs: see Wishes. */
export const runInstances: Action = async ({ region, query, dryRun }) => {
  const order = orderIn(query);
  if (isError(order)) return order;
  if (dryRun) return dryRunOperation();
  const launched = await region.launch(order);
  if (launched.kind === 'too-many') return tooManyInstances(launched.most);
  return answer(reservationXml(launched.instances, region));
};

const orderIn = (query: Query): LaunchOrder | Ec2Error => {
  const imageId = query.get('ImageId');
  if (imageId === undefined) return missingParameter('ImageId');
  const fewest = countIn(query, 'MinCount');
  if (typeof fewest !== 'number') return fewest;
  const most = countIn(query, 'MaxCount');
  if (typeof most !== 'number') return most;
  if (fewest > most) return invalidValue(`MinCount (${fewest}) must not be more than MaxCount (${most}).`);
  const asked = tagsFor(query);
  if (isError(asked)) return asked;
  return {
    count: most,
    imageId,
    type: query.get('InstanceType') ?? usualType,
    tags: asked.tags,
    clientToken: query.get('ClientToken'),
    userData: query.get('UserData'),
  };
};

const countIn = (query: Query, name: string): number | Ec2Error => {
  const text = query.get(name);
  if (text === undefined) return missingParameter(name);
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 ? count : invalidValue(`Invalid value '${text}' for ${name}.`);
};

/** What a TagSpecification of another resource says (a volume, say) has nothing here to be said of. */
const tagsFor = (query: Query): Tags | Ec2Error => {
  let tags: Tags['tags'] = {};
  for (const specification of nestedOf(query, 'TagSpecification')) {
    if (specification.get('ResourceType') !== 'instance') continue;
    const asked = tagsIn(specification);
    if (isError(asked)) return asked;
    tags = { ...tags, ...asked.tags };
  }
  return excessOf(new Map(), tags) ?? { kind: 'tags', tags };
};
