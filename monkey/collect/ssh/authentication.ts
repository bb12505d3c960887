import type { AuthenticationType, ConnectConfig, ParsedKey } from 'ssh2';
import type { Identities, Identity } from './identities.ts';
import type { Ssh2 } from './ssh2.ts';

export interface Authentication {
  readonly handler: NonNullable<ConnectConfig['authHandler']>;
  /** What was tried and what the server would take, as a sentence without its subject. */
  refusal(): string;
}

/** Offers the identities one after another. Passwords are never asked for: nobody sits there. */
export const authentication = (ssh2: Ssh2, user: string, { usable, unusable }: Identities): Authentication => {
  let serverTakes: readonly string[] = [];
  const agent = offering(ssh2, usable);
  // The last attempt, without a key, only asks what the server would take: that is for the message.
  const attempts = [
    ...(usable.length === 0 ? [] : [{ type: 'agent', username: user, agent }]),
    { type: 'none', username: user },
  ];
  const next = (left: readonly string[] | null): unknown => {
    if (left !== null) serverTakes = left;
    return attempts.shift() ?? false;
  };
  return {
    // The library also takes what is returned; its types know the callback alone.
    handler: (left: AuthenticationType[] | null) => next(left),
    refusal: () => refusalOf(user, usable, unusable, serverTakes),
  };
};

const refusalOf = (
  user: string,
  usable: readonly Identity[],
  unusable: readonly string[],
  serverTakes: readonly string[],
): string => {
  const offered =
    usable.length === 0 ? 'there is no key to offer' : `offered ${usable.map(({ name }) => name).join(', ')}`;
  const not = unusable.length === 0 ? '' : `; not usable: ${unusable.join('; ')}`;
  const takes = serverTakes.length === 0 ? '' : `; it takes ${serverTakes.join(', ')}`;
  const todo = usable.length === 0 ? '; name one with -i, or start ssh-agent' : '';
  return `it does not let ${user} in: ${offered}${not}${takes}${todo}`;
};

/** The library tries all keys of an agent by itself, so ours are shown to it as one. */
const offering = (ssh2: Ssh2, usable: readonly Identity[]): object => {
  class Offered extends ssh2.BaseAgent {
    override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
      done(
        undefined,
        usable.map(({ key }) => key),
      );
    }

    override sign(key: unknown, data: Buffer, options: unknown, done?: unknown): void {
      const { hash } = (typeof options === 'object' && options !== null ? options : {}) as { hash?: string };
      const answer = (typeof options === 'function' ? options : done) as (error?: Error, signature?: Buffer) => void;
      signedBy(usable, key, data, hash).then(
        (signature) => answer(undefined, signature),
        (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
      );
    }
  }
  return new Offered();
};

const signedBy = async (usable: readonly Identity[], key: unknown, data: Buffer, hash?: string): Promise<Buffer> => {
  const identity = usable.find((one) => one.key === key);
  if (identity === undefined) throw new Error('not one of the keys that were offered');
  // An old server that names no algorithms would be signed for with SHA-1, which can be forged.
  if (identity.key.type === 'ssh-rsa' && (hash === undefined || hash === 'sha1'))
    throw new Error('RSA with SHA-1 is not used');
  return identity.sign(data, hash);
};
