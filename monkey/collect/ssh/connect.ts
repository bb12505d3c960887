/** Opens one SSH connection: to a host, or over a connection that stands to the next one. */
import type { LookupAddress } from 'node:dns';
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import type { FailureStage } from '../host-answer.ts';
import type { AddressBook } from './addresses.ts';
import { type Authentication, authentication } from './authentication.ts';
import { becauseOf, foreignGreeting, type Progress } from './failures.ts';
import type { HostKeyStore } from './host-key-store.ts';
import type { HostKnowledge } from './host-knowledge.ts';
import type { IdentitySource } from './identities.ts';
import { hostKeyOf } from './known-hosts.ts';
import { type Link, linkOf } from './link.ts';
import { inOneGo } from './one-go.ts';
import type { Hop } from './route.ts';
import type { Ssh2 } from './ssh2.ts';

export type Connected =
  | { readonly kind: 'open'; readonly link: Link }
  | { readonly kind: 'failed'; readonly stage: FailureStage; readonly because: string };

export interface Connecting {
  readonly ssh2: Ssh2;
  readonly addresses: AddressBook;
  readonly store: HostKeyStore;
  readonly identities: IdentitySource;
  readonly acceptNew: boolean;
}

/** `over` is a stream to the host's port through another host; without it a TCP connection is made. */
export const connectHop = async (
  parts: Connecting,
  hop: Hop,
  over: Duplex | undefined,
  signal: AbortSignal,
): Promise<Connected> => {
  const found = over === undefined ? await parts.addresses.of(hop.host, signal) : null;
  if (found?.kind === 'unknown') return { kind: 'failed', stage: 'resolve', because: found.because };
  try {
    const knowledge = await unless(signal, parts.store.about(hop));
    const identities = await unless(signal, parts.identities.of(hop));
    const auth = authentication(parts.ssh2, hop.user, identities);
    return await handshake(parts, { hop, knowledge, auth }, over ?? tcpTo(hop, found?.addresses ?? []), signal);
  } catch (error) {
    over?.destroy();
    return { kind: 'failed', stage: 'host-key', because: messageOf(error) };
  }
};

/** Files and agents are waited for no longer than the host. */
const unless = async <T>(signal: AbortSignal, promise: Promise<T>): Promise<T> => {
  const { promise: aborted, stop } = abortOf(signal);
  return Promise.race([promise, aborted]).finally(stop);
};

const abortOf = (signal: AbortSignal): { readonly promise: Promise<never>; readonly stop: () => void } => {
  let stop = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(new Error('time was up while known_hosts and keys were read'));
    stop = () => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  return { promise, stop };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Node gives up an address after 250 ms, which a loop full of handshakes takes by itself; a host has 5 s (`--deadline`). */
const addressMs = 1_500;

/** One address after another is tried, IPv4 and IPv6 in turn, as Node does with what a lookup brings. */
const tcpTo =
  ({ host, port }: Hop, addresses: readonly LookupAddress[]): (() => Socket) =>
  () => {
    const lookup: LookupFunction = (_host, _options, done) => done(null, [...addresses]);
    return inOneGo(
      connectTcp({
        host,
        port,
        noDelay: true,
        lookup,
        autoSelectFamilyAttemptTimeout: addressMs,
        ...tcpKeepAlive,
      }),
    );
  };

interface Attempt {
  readonly hop: Hop;
  readonly knowledge: HostKnowledge;
  readonly auth: Authentication;
}

const handshake = (
  parts: Connecting,
  attempt: Attempt,
  way: Duplex | (() => Socket),
  signal: AbortSignal,
): Promise<Connected> =>
  new Promise((resolve) => {
    const { hop, auth, knowledge } = attempt;
    const client = new parts.ssh2.Client();
    const isDirect = typeof way === 'function';
    const socket = isDirect ? way() : way;
    let progress: Progress = isDirect ? 'connecting' : 'greeting';
    const settle = settling(client, socket, resolve);
    let said = '';
    const fail = (error: Error | undefined): void => {
      const failure = progress === 'greeting' ? foreignGreeting(said) : undefined;
      settle({ kind: 'failed', ...(failure ?? becauseOf(progress, error, hop, () => auth.refusal())) });
    };
    const verify = verifier(parts, attempt, (because) => settle({ kind: 'failed', stage: 'host-key', because }));
    client
      .on('error', fail)
      .on('close', () => fail(new Error('Connection closed')))
      .on('connect', () => (progress = 'greeting'))
      .on('handshake', () => (progress = 'authenticating'))
      .on('ready', () => settle({ kind: 'open', link: linkOf(client, socket) }))
      .connect({
        ...algorithmsFor(knowledge.types),
        sock: socket,
        username: hop.user,
        authHandler: auth.handler,
        hostVerifier: (blob: Buffer, done: (valid: boolean) => void) => {
          progress = 'host-key';
          void verify(blob).then(done);
        },
        readyTimeout: 0,
      });
    // Before the library, which fails at once where it is no SSH.
    socket.prependOnceListener('data', (chunk: Buffer) => (said = chunk.toString('utf8', 0, mostQuoted)));
    // The signal is of this attempt alone, and goes with it.
    signal.addEventListener('abort', () => fail(undefined), { once: true });
    if (signal.aborted) fail(undefined);
  });

const mostQuoted = 120;

/** The first outcome counts, and of what failed nothing is left. */
const settling = (
  client: Client,
  socket: Duplex,
  resolve: (connected: Connected) => void,
): ((connected: Connected) => void) => {
  let settled = false;
  return (connected) => {
    if (settled) return;
    settled = true;
    if (connected.kind === 'failed') {
      client.destroy();
      socket.destroy();
    }
    resolve(connected);
  };
};

/** The kernel looks whether a kept connection still stands: that costs this process nothing, unlike pings over SSH. */
const tcpKeepAlive = { keepAlive: true, keepAliveInitialDelay: 20_000 };

/** Says whether the key is believed, and tells why not. */
const verifier =
  ({ store, acceptNew }: Connecting, { hop, knowledge }: Attempt, refuse: (because: string) => void) =>
  async (blob: Buffer): Promise<boolean> => {
    const key = hostKeyOf(blob);
    const refusal = knowledge.refusal(key);
    if (refusal === null) return true;
    if (!(refusal.isNew && acceptNew)) {
      refuse(refusal.because);
      return false;
    }
    try {
      const learnt = await store.learn(hop, key);
      if (learnt !== null) refuse(learnt.because);
      return learnt === null;
    } catch (error) {
      refuse(messageOf(error));
      return false;
    }
  };

const rsa: readonly ServerHostKeyAlgorithm[] = ['rsa-sha2-512', 'rsa-sha2-256'];
const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  ...(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'] as const),
  ...rsa,
];

/**
 * Types of keys that are known come first, as in ssh. AES-GCM is done by OpenSSL and needs no MAC of its own; everything is
 * without SHA-1 and without compression.
 */
const algorithmsFor = (types: readonly string[]): Pick<ConnectConfig, 'algorithms'> => {
  const known = types.flatMap((type) => (type === 'ssh-rsa' ? rsa : hostKeyAlgorithms.filter((one) => one === type)));
  return {
    algorithms: {
      kex: [
        ...(['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256'] as const),
        ...(['ecdh-sha2-nistp384', 'ecdh-sha2-nistp521', 'diffie-hellman-group14-sha256'] as const),
        ...(['diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512'] as const),
      ],
      cipher: [
        ...(['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'] as const),
        'chacha20-poly1305@openssh.com',
      ],
      hmac: [
        ...(['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'] as const),
        ...(['hmac-sha2-256', 'hmac-sha2-512'] as const),
      ],
      compress: ['none'],
      serverHostKey: [...new Set([...known, ...hostKeyAlgorithms])],
    },
  };
};
