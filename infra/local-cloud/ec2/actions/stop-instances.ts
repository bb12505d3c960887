import { type Action, answer, namedInstances } from '../action.ts';
import { dryRunOperation, incorrectState, isError } from '../error.ts';
import { isTrue } from '../query.ts';
import { stateChange } from '../shape.ts';
import { items } from '../xml.ts';

export const stopInstances: Action = (context) => {
  const named = namedInstances(context);
  if (isError(named)) return named;
  const gone = named.instances.find(
    ({ machine }) => machine.state === 'terminated' || machine.state === 'shutting-down',
  );
  if (gone !== undefined) return incorrectState(gone.id, gone.machine.state, 'stopped');
  if (context.dryRun) return dryRunOperation();
  const changes = named.instances.map((instance) => {
    const before = instance.machine.state;
    instance.machine.stop({ force: isTrue(context.query, 'Force') });
    return stateChange(instance, before);
  });
  return answer({ instancesSet: items(changes) });
};
