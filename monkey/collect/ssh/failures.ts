/** Names what a connection failed at, in sentences that go behind a host's name. Pure. */
import type { FailureStage } from '../host-answer.ts';
import type { Hop } from './route.ts';

/** How far a connection got. `greeting`: TCP stands and the other side has not yet spoken SSH. */
export type Progress = 'connecting' | 'greeting' | 'host-key' | 'authenticating';

export interface Failure {
  readonly stage: FailureStage;
  readonly because: string;
}

/** Without an error, time was up. `refusal` says what was tried to get in. */
export const becauseOf = (
  progress: Progress,
  error: (Error & { readonly code?: unknown; readonly level?: string }) | undefined,
  { port, user }: Pick<Hop, 'port' | 'user'>,
  refusal: () => string,
): Failure => {
  if (error === undefined) return timedOut(progress);
  const code = codeOf(error);
  const known = code === undefined ? undefined : networkFailure(code, port);
  if (known !== undefined && progress === 'connecting') return known;
  if (
    error.level === 'client-authentication' ||
    (progress === 'authenticating' && /Too many auth/i.test(error.message))
  )
    return { stage: 'auth', because: tooMany(error.message) + refusal() };
  return { stage: stageOf[progress], because: otherwise(progress, error.message, user, refusal) };
};

/** Undefined where nothing was said, or SSH: it may say other lines before that (RFC 4253, 4.2). */
export const foreignGreeting = (said: string): Failure | undefined => {
  if (said.trim() === '' || /^SSH-/m.test(said)) return undefined;
  const line = (said.trim().split(/[\r\n]/)[0] ?? '').replace(/[^\x20-\x7E\u00A0-\uFFFF]/g, '?');
  return { stage: 'connect', because: `it speaks something else than SSH; it said: ${line}` };
};

const stageOf: Readonly<Record<Progress, FailureStage>> = {
  connecting: 'connect',
  greeting: 'connect',
  'host-key': 'host-key',
  authenticating: 'auth',
};

const timedOut = (progress: Progress): Failure => {
  const what: Readonly<Record<Progress, string>> = {
    connecting: 'it timed out while connecting: nothing came back (is the host up, and does no firewall drop it?)',
    greeting: 'it timed out: it accepted the connection, and did not speak SSH to its end',
    'host-key': 'it timed out while its host key was looked at',
    authenticating: 'it timed out while authenticating',
  };
  return { stage: stageOf[progress], because: what[progress] };
};

const codeOf = (error: Error & { readonly code?: unknown }): string | undefined => {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code } = inner as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
};

const networkFailure = (code: string, port: number): Failure | undefined => {
  const at = (because: string): Failure => ({ stage: 'connect', because });
  switch (code) {
    case 'ECONNREFUSED':
      return at(`it refused the connection at port ${port}: does sshd run there?`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return at(`there is no route to it (${code})`);
    case 'ETIMEDOUT':
      return at('it timed out while connecting (ETIMEDOUT)');
    case 'EMFILE':
    case 'ENFILE':
      return at('this process may open no more files: raise its limit (ulimit -n), two more than there are hosts');
    default:
      return at(`it can not be connected to (${code})`);
  }
};

const tooMany = (message: string): string =>
  /Too many auth/i.test(message) ? 'it ended the connection after too many keys; name the right one with -i: ' : '';

const otherwise = (progress: Progress, message: string, user: string, refusal: () => string): string => {
  switch (progress) {
    case 'connecting':
      return `it can not be connected to: ${message}`;
    case 'greeting':
      return /before handshake|closed|ECONNRESET|EPIPE/.test(message)
        ? 'it closed the connection before it showed its key (is it sshd, and is its MaxStartups reached?)'
        : `it does not agree on SSH with us: ${message}`;
    case 'host-key':
      return `its key was not proven: ${message}`;
    case 'authenticating':
      return /closed|ECONNRESET|EPIPE/.test(message)
        ? `it closed the connection instead of letting ${user} in; ${refusal()}`
        : `${message}; ${refusal()}`;
  }
};
