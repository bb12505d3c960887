import type { InstanceState } from '../machine/life.ts';
import { toXml } from './xml.ts';

/** An error as EC2 reports it: "Error codes for the Amazon EC2 API" lists the codes. */
export interface Ec2Error {
  readonly kind: 'error';
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const error = (status: number, code: string, message: string): Ec2Error => ({ kind: 'error', status, code, message });

export const authFailure = (message = 'AWS was not able to validate the provided access credentials'): Ec2Error =>
  error(401, 'AuthFailure', message);
export const requestExpired = (): Ec2Error => error(400, 'RequestExpired', 'Request has expired.');
export const unauthorized = (): Ec2Error =>
  error(403, 'UnauthorizedOperation', 'You are not authorized to perform this operation.');
export const throttled = (): Ec2Error => error(503, 'RequestLimitExceeded', 'Request limit exceeded.');
export const internalError = (): Ec2Error => error(500, 'InternalError', 'An internal error has occurred');
export const dryRunOperation = (): Ec2Error =>
  error(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');

export const invalidAction = (action: string): Ec2Error =>
  error(400, 'InvalidAction', `The action ${action} is not valid for this web service.`);
export const missingParameter = (name: string): Ec2Error =>
  error(400, 'MissingParameter', `The request must contain the parameter ${name}`);
export const invalidValue = (message: string): Ec2Error => error(400, 'InvalidParameterValue', message);
export const invalidCombination = (message: string): Ec2Error => error(400, 'InvalidParameterCombination', message);

export const malformedId = (id: string): Ec2Error =>
  error(400, 'InvalidInstanceID.Malformed', `Invalid id: "${id}" (expecting "i-...")`);
export const unknownIds = (ids: readonly string[]): Ec2Error =>
  error(
    400,
    'InvalidInstanceID.NotFound',
    ids.length === 1
      ? `The instance ID '${ids.join()}' does not exist`
      : `The instance IDs '${ids.join(', ')}' do not exist`,
  );
export const unknownTypes = (types: readonly string[]): Ec2Error =>
  error(400, 'InvalidInstanceType', `The following supplied instance types do not exist: [${types.join(', ')}]`);
export const unknownResource = (id: string): Ec2Error => error(400, 'InvalidID', `The ID '${id}' is not valid`);
export const incorrectState = (id: string, state: InstanceState, wanted: string): Ec2Error =>
  error(
    400,
    'IncorrectInstanceState',
    `This instance '${id}' is not in a state from which it can be ${wanted}: it is ${state}.`,
  );
export const tooManyInstances = (most: number): Ec2Error =>
  error(400, 'InstanceLimitExceeded', `You have requested more instances than your current instance limit of ${most}.`);
export const tooManyTags = (most: number): Ec2Error =>
  error(400, 'TagLimitExceeded', `The maximum number of tags for a resource is ${most}.`);

export const isError = (result: object): result is Ec2Error => 'kind' in result && result.kind === 'error';

export const errorXml = ({ code, message }: Ec2Error, requestId: string): string =>
  toXml('Response', undefined, { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId });
