import type { CallLog } from '../calls.ts';
import type { Faults } from '../faults/faults.ts';
import { type Asked, cut, jsonReply, type Reply, reply } from '../http/serve.ts';
import { sleep } from '../wait.ts';
import { argumentsOf, uploadedBytes } from './arguments.ts';
import type { Arguments, Method, MethodResult } from './method.ts';
import { failed } from './method.ts';
import type { PostLimits } from './rate.ts';
import type { Uploads } from './uploads.ts';
import type { Workspace } from './workspace.ts';

export interface SlackPorts {
  readonly workspace: Workspace;
  readonly uploads: Uploads;
  readonly methods: ReadonlyMap<string, Method>;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly limits: PostLimits;
  readonly token: string;
  /** What the token may do. */
  readonly scopes: readonly string[];
  readonly ending: AbortSignal;
}

/** What an answer needs beside its body. */
interface Outcome {
  readonly result: MethodResult;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Said beside the error. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** Slack's Web API: errors come with status 200, save rate limits (429) and Slack's own trouble (5xx). */
export const answerSlack = async (name: string, asked: Asked, ports: SlackPorts): Promise<Reply> => {
  const { faults, calls } = ports;
  const atMs = Date.now();
  const down = faults.strike('slack-down');
  if (down !== undefined) return reply(down.fault.status, 'text/plain', 'Slack is not well\n');
  const { result, status, headers, more } = perform(name, asked, argumentsOf(asked), ports);
  const outcome = result.kind === 'ok' ? 'ok' : result.error;
  calls.add({ service: 'slack', name, instances: [], atMs, by: ports.workspace.bot.name, outcome });
  const delay = faults.strike('delay-reply', ({ call }) => call === name);
  if (delay !== undefined) await sleep(delay.fault.ms, ports.ending);
  if (faults.strike('lose-reply', ({ call }) => call === name) !== undefined) return cut;
  const body = result.kind === 'ok' ? { ok: true, ...result.body } : { ok: false, error: result.error, ...more };
  return jsonReply(status, body, { 'x-oauth-scopes': ports.scopes.join(','), ...headers });
};

/** Takes the bytes of a file that was announced. */
export const receiveUpload = (fileId: string, asked: Asked, { uploads, faults }: SlackPorts): Reply => {
  const down = faults.strike('slack-down');
  if (down !== undefined) return reply(down.fault.status, 'text/plain', 'Slack is not well\n');
  const content = uploadedBytes(asked);
  switch (uploads.receive(fileId, content)) {
    case 'received':
      return reply(200, 'text/plain', `OK - ${content.length}`);
    case 'unknown':
      return reply(404, 'text/plain', 'no such upload\n');
    case 'wrong-length':
      return reply(400, 'text/plain', 'not as long as announced\n');
  }
};

const perform = (name: string, { request }: Asked, args: Arguments, ports: SlackPorts): Outcome => {
  const { workspace, uploads, methods, faults } = ports;
  const limited = faults.strike('slack-rate-limited');
  if (limited !== undefined) return rateLimited(limited.fault.retryAfterSeconds);
  const method = methods.get(name);
  if (method === undefined) return plain(failed('unknown_method'));
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? args.get('token');
  if (token === undefined || token === '') return plain(failed('not_authed'));
  if (token !== ports.token || faults.strike('slack-wrong-token') !== undefined) return plain(failed('invalid_auth'));
  const missing = missingScope(method, ports);
  if (missing !== undefined) {
    const more = { needed: missing, provided: ports.scopes.join(',') };
    return { ...plain(failed('missing_scope')), more, headers: { 'x-accepted-oauth-scopes': method.scopes.join(',') } };
  }
  const waitSeconds = waitFor(name, args, ports);
  return waitSeconds === undefined ? plain(method.run({ workspace, uploads, args })) : rateLimited(waitSeconds);
};

const plain = (result: MethodResult): Outcome => ({ result, status: 200, headers: {}, more: {} });

const rateLimited = (retryAfterSeconds: number): Outcome => ({
  ...plain(failed('ratelimited')),
  status: 429,
  headers: { 'retry-after': String(retryAfterSeconds) },
});

/** Seconds to wait before this call may be made again; undefined if it may be made now. */
const waitFor = (name: string, args: Arguments, { limits, workspace }: SlackPorts): number | undefined => {
  const channel = name === 'chat.postMessage' ? workspace.channel(args.get('channel') ?? '') : undefined;
  if (channel === undefined) return undefined;
  const admission = limits.admit(channel.id, performance.now());
  return admission.kind === 'limited' ? admission.retryAfterSeconds : undefined;
};

const missingScope = (method: Method, { scopes, faults }: SlackPorts): string | undefined => {
  const strike = faults.strike('slack-missing-scope', ({ scope }) => method.scopes.includes(scope));
  if (strike !== undefined) return strike.fault.scope;
  const has = method.scopes.length === 0 || method.scopes.some((scope) => scopes.includes(scope));
  return has ? undefined : method.scopes[0];
};
