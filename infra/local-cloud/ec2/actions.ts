import type { Faults } from '../faults/faults.ts';
import type { Action } from './action.ts';
import { createTags } from './actions/create-tags.ts';
import { describeInstanceStatus } from './actions/describe-instance-status.ts';
import { describeInstanceTypes } from './actions/describe-instance-types.ts';
import { describeInstances } from './actions/describe-instances.ts';
import { describeTags } from './actions/describe-tags.ts';
import { rebootInstances } from './actions/reboot-instances.ts';
import { runInstances } from './actions/run-instances.ts';
import { startInstances } from './actions/start-instances.ts';
import { stopInstances } from './actions/stop-instances.ts';
import { terminateInstances } from './actions/terminate-instances.ts';

/** Every action that this region knows, by its name in the API. */
export const actionsWith = (faults: Faults): ReadonlyMap<string, Action> =>
  new Map<string, Action>([
    ['RunInstances', runInstances],
    ['DescribeInstances', describeInstances],
    ['DescribeInstanceStatus', describeInstanceStatus],
    ['DescribeInstanceTypes', describeInstanceTypes],
    ['RebootInstances', rebootInstances(faults)],
    ['StopInstances', stopInstances],
    ['StartInstances', startInstances],
    ['TerminateInstances', terminateInstances],
    ['CreateTags', createTags],
    ['DescribeTags', describeTags],
  ]);
