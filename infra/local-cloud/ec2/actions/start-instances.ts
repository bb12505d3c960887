import { type Action, answer, namedInstances } from '../action.ts';
import { dryRunOperation, incorrectState, isError } from '../error.ts';
import { stateChange } from '../shape.ts';
import { items } from '../xml.ts';

const startable: readonly string[] = ['stopped', 'running', 'pending'];

export const startInstances: Action = (context) => {
  const named = namedInstances(context);
  if (isError(named)) return named;
  const unfit = named.instances.find(({ machine }) => !startable.includes(machine.state));
  if (unfit !== undefined) return incorrectState(unfit.id, unfit.machine.state, 'started');
  if (context.dryRun) return dryRunOperation();
  const changes = named.instances.map((instance) => {
    const before = instance.machine.state;
    instance.machine.start();
    return stateChange(instance, before);
  });
  return answer({ instancesSet: items(changes) });
};
