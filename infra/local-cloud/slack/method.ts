import type { Uploads } from './uploads.ts';
import type { Workspace } from './workspace.ts';

/** The arguments of a call, all as text, as Slack's clients send them. */
export type Arguments = ReadonlyMap<string, string>;

export interface MethodContext {
  readonly workspace: Workspace;
  readonly uploads: Uploads;
  readonly args: Arguments;
}

/** `{ok: true, …}`, or the error's name as Slack has it. */
export type MethodResult =
  | { readonly kind: 'ok'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly error: string };

export interface Method {
  /** A token needs one of these; none means any token will do. */
  readonly scopes: readonly string[];
  readonly run: (context: MethodContext) => MethodResult;
}

export const ok = (body: Readonly<Record<string, unknown>>): MethodResult => ({ kind: 'ok', body });
export const failed = (error: string): MethodResult => ({ kind: 'error', error });

export type Parsed<Value> = { readonly kind: 'parsed'; readonly value: Value | undefined } | 'malformed';

/** An argument that holds JSON: undefined where it is missing. */
export const jsonIn = <Value>(
  args: Arguments,
  name: string,
  isOne: (value: unknown) => value is Value,
): Parsed<Value> => {
  const text = args.get(name);
  if (text === undefined || text === '') return { kind: 'parsed', value: undefined };
  try {
    const value: unknown = JSON.parse(text);
    return isOne(value) ? { kind: 'parsed', value } : 'malformed';
  } catch {
    return 'malformed';
  }
};

export const isTrue = (args: Arguments, name: string): boolean => ['true', '1'].includes(args.get(name) ?? '');
