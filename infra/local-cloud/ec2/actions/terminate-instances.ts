import { type Action, answer, namedInstances } from '../action.ts';
import { dryRunOperation, isError } from '../error.ts';
import { stateChange } from '../shape.ts';
import { items } from '../xml.ts';

/** May be asked again: what is terminated stays so. */
export const terminateInstances: Action = (context) => {
  const named = namedInstances(context);
  if (isError(named)) return named;
  if (context.dryRun) return dryRunOperation();
  const changes = named.instances.map((instance) => {
    const before = instance.machine.state;
    context.region.terminate(instance);
    return stateChange(instance, before);
  });
  return answer({ instancesSet: items(changes) });
};
