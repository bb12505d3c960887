import { randomUUID } from 'node:crypto';
import type { CallLog } from '../calls.ts';
import type { Faults } from '../faults/faults.ts';
import { type Asked, cut, type Reply, reply } from '../http/serve.ts';
import type { Region } from '../region/region.ts';
import { sleep } from '../wait.ts';
import type { Action, Answer } from './action.ts';
import {
  authFailure,
  type Ec2Error,
  errorXml,
  invalidAction,
  missingParameter,
  requestExpired,
  throttled,
  unauthorized,
} from './error.ts';
import { isTrue, listOf, parseQuery, type Query } from './query.ts';
import { type Credential, verify } from './sigv4.ts';
import { toXml } from './xml.ts';

export interface Ec2Ports {
  readonly region: Region;
  readonly actions: ReadonlyMap<string, Action>;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly credentialOf: (accessKeyId: string) => Credential | undefined;
  /** Aborted when the cloud ends: nobody waits on then. */
  readonly ending: AbortSignal;
}

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** The EC2 Query API: who asks, may they, what do they want, and the answer as XML. */
export const answerEc2 = async (asked: Asked, ports: Ec2Ports): Promise<Reply> => {
  const { faults, calls } = ports;
  const atMs = Date.now();
  const query = parseQuery(asked.body.toString(), asked.url);
  const name = query.get('Action') ?? '';
  if (faults.strike('ec2-down') !== undefined) return cut;
  const caller = callerOf(asked, ports);
  const result = caller.kind === 'error' ? caller : await perform(name, query, caller.credential, ports);
  calls.add({
    service: 'ec2',
    name,
    instances: [...listOf(query, 'InstanceId'), ...listOf(query, 'ResourceId')],
    atMs,
    by: caller.kind === 'error' ? 'unknown' : caller.credential.owner,
    outcome: result.kind === 'error' ? result.code : 'ok',
  });
  const delay = faults.strike('delay-reply', ({ call }) => call === name);
  if (delay !== undefined) await sleep(delay.fault.ms, ports.ending);
  if (faults.strike('lose-reply', ({ call }) => call === name) !== undefined) return cut;
  return written(name, result);
};

const callerOf = (
  asked: Asked,
  { region, credentialOf }: Ec2Ports,
): { kind: 'caller'; credential: Credential } | Ec2Error => {
  const { request, url, body } = asked;
  const signed = { method: request.method ?? 'GET', url, headers: request.headers, body };
  const verdict = verify(signed, { region: region.spec.name, service: 'ec2', nowMs: Date.now(), credentialOf });
  if (verdict.kind === 'signed') return { kind: 'caller', credential: verdict.by };
  switch (verdict.because) {
    case 'expired':
      return requestExpired();
    case 'wrong-scope':
      return authFailure('Credential should be scoped to a valid region.');
    case 'unsigned':
    case 'unknown-key':
    case 'mismatch':
      // EC2 does not tell these apart either.
      return authFailure();
  }
};

const perform = async (name: string, query: Query, caller: Credential, ports: Ec2Ports): Promise<Answer> => {
  const { region, actions, faults } = ports;
  if (name === '') return missingParameter('Action');
  if (faults.strike('throttle-ec2', ({ action }) => action === undefined || action === name) !== undefined)
    return throttled();
  const action = actions.get(name);
  if (action === undefined) return invalidAction(name);
  const denied = caller.denied.has(name) || faults.strike('deny-ec2', (fault) => fault.action === name) !== undefined;
  if (denied) return unauthorized();
  return action({ region, query, dryRun: isTrue(query, 'DryRun') });
};

const written = (name: string, result: Answer): Reply => {
  const requestId = randomUUID();
  const headers = { 'x-amzn-requestid': requestId };
  const type = 'text/xml;charset=UTF-8';
  if (result.kind === 'error') return reply(result.status, type, errorXml(result, requestId), headers);
  return reply(200, type, toXml(`${name}Response`, namespace, { requestId, ...result.body }), headers);
};
