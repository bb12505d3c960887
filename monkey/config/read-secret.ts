import { isAbsolute, join, resolve } from 'node:path';
import type { Problem } from './problem.ts';
import { Secret } from './secret.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Reads a text file; rejects as `fs.readFile` does, with a `code`. */
export type ReadFile = (path: string) => Promise<string>;

/** Where a secret may come from, the first that is there. */
export interface SecretPlaces {
  /** Variable of the environment. */
  readonly variable: string;
  /** File that the configuration names, and the path of the key that names it. */
  readonly file: string | undefined;
  readonly key: readonly string[];
  /** Name of the systemd credential. */
  readonly credential: string;
}

export type SecretRead =
  | { readonly kind: 'secret'; readonly secret: Secret | undefined }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** The environment first, then the named file, then systemd's credentials folder; `undefined` where none is there. */
export const readSecret = async (
  { variable, file, key, credential }: SecretPlaces,
  folder: string,
  env: Env,
  readFile: ReadFile,
): Promise<SecretRead> => {
  const given = env[variable];
  if (given !== undefined) {
    const because = `the variable ${variable} is set and empty; unset it, or give it a value`;
    return given === '' ? { kind: 'problem', problem: { path: [], because } } : found(given);
  }
  if (file !== undefined) return fromFile(resolve(folder, file), key, readFile);
  const credentials = env['CREDENTIALS_DIRECTORY'];
  if (credentials === undefined || !isAbsolute(credentials)) return none;
  const text = await readFile(join(credentials, credential)).catch(() => undefined);
  // A unit fails whose credential is not there: an empty file is how it says that there is no secret.
  return text === undefined || text.trim() === '' ? none : found(text.trimEnd());
};

const none: SecretRead = { kind: 'secret', secret: undefined };

const found = (text: string): SecretRead => ({ kind: 'secret', secret: new Secret(text) });

const fromFile = async (path: string, key: readonly string[], readFile: ReadFile): Promise<SecretRead> => {
  const problem = (because: string): SecretRead => ({ kind: 'problem', problem: { path: key, because } });
  try {
    const text = (await readFile(path)).trimEnd();
    return text === '' ? problem(`${path} is empty`) : found(text);
  } catch (error) {
    return problem(`${path} ${unreadable(error)}`);
  }
};

/** Why a file could not be read, as the end of a sentence that begins with its name. */
export const unreadable = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a folder';
  return `could not be read: ${error instanceof Error ? error.message : String(error)}`;
};
