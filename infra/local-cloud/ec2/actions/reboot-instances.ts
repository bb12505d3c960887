import type { Faults } from '../../faults/faults.ts';
import { type ActionContext, type Answer, done, namedInstances } from '../action.ts';
import { dryRunOperation, type Ec2Error, incorrectState, internalError, isError, unauthorized } from '../error.ts';

/** All or none: one instance that can't be rebooted refuses the call. */
export const rebootInstances =
  (faults: Faults) =>
  (context: ActionContext): Answer => {
    const named = namedInstances(context);
    if (isError(named)) return named;
    if (context.dryRun) return dryRunOperation();
    for (const { id, machine } of named.instances) {
      if (machine.state !== 'running') return incorrectState(id, machine.state, 'rebooted');
      const refusal = refusalOf(faults, id);
      if (refusal !== undefined) return refusal;
    }
    for (const { machine } of named.instances) machine.reboot();
    return done();
  };

const refusalOf = (faults: Faults, id: string): Ec2Error | undefined => {
  const strike = faults.strike('refuse-reboots', ({ instance }) => instance === undefined || instance === id);
  switch (strike?.fault.code) {
    case undefined:
      return undefined;
    case 'IncorrectInstanceState':
      return incorrectState(id, 'running', 'rebooted');
    case 'UnauthorizedOperation':
      return unauthorized();
    case 'InternalError':
      return internalError();
  }
};
