/** One SSH connection that is open: commands are run on it, and others are reached over it. */
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';

export interface Link {
  readonly isOpen: () => boolean;
  /** Called once, at its end or at once where it has ended. */
  onClose(listener: () => void): void;
  run(command: string, bounds: RunBounds): Promise<Ran>;
  /** A connection of the host on the other side. */
  forward(host: string, port: number, bounds: Waiting): Promise<Forwarded>;
  /** Ends it in order; what does not go within a moment is cut. */
  end(): void;
}

export interface Waiting {
  readonly signal: AbortSignal;
  /** A host that does not even open a channel within that time is gone, and its connection dead. */
  readonly openWithinMs: number;
}

export interface RunBounds extends Waiting {
  readonly mostBytes: number;
}

export type Ran =
  | { readonly kind: 'answer'; readonly stdout: Buffer; readonly stderr: string; readonly exit: number | null }
  /** Nothing was run: the connection had ended, or does not answer. */
  | { readonly kind: 'dead' }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'too-big' }
  | { readonly kind: 'aborted' };

export type Forwarded =
  | { readonly kind: 'stream'; readonly stream: Duplex }
  | { readonly kind: 'dead' }
  | { readonly kind: 'refused'; readonly because: string }
  /** `silent`: nothing at all was heard on this connection while it was waited for. */
  | { readonly kind: 'aborted'; readonly silent: boolean };

export const linkOf = (client: Client, socket: Duplex): Link => {
  let open = true;
  let heard = 0;
  socket.on('data', () => {
    heard += 1;
  });
  client.once('close', () => {
    open = false;
  });
  return {
    isOpen: () => open,
    onClose: (listener) => {
      if (open) client.once('close', listener);
      else listener();
    },
    run: async (command, bounds) => {
      let answer: Promise<Ran> | undefined;
      const opened = await channel<ClientChannel>(bounds, (done) =>
        client.exec(command, { allowHalfOpen: false }, (error, stream: ClientChannel | undefined) => {
          // At once: what came in the same packet is told before anybody who waits goes on.
          if (stream !== undefined) answer = answerOf(endingOnce(stream), bounds);
          done(error, stream);
        }),
      );
      return opened.kind === 'opened' ? (answer ?? { kind: 'dead' }) : opened;
    },
    forward: (host, port, bounds) => forwarded(client, { host, port }, bounds, () => heard),
    end: () => {
      if (!open) return;
      client.end();
      const cut = setTimeout(() => socket.destroy(), endsWithinMs);
      client.once('close', () => clearTimeout(cut));
    },
  };
};

/** `heard` counts what came on the connection. */
const forwarded = async (
  client: Client,
  to: { readonly host: string; readonly port: number },
  bounds: Waiting,
  heard: () => number,
): Promise<Forwarded> => {
  const before = heard();
  const isSilent = (): boolean => heard() === before;
  // What the host connects to may be slow: only where nothing at all is heard, that host itself is in doubt.
  const nudge = setTimeout(() => isSilent() && askForLife(client), bounds.openWithinMs / 2);
  const opened = await channel<Duplex>(
    bounds,
    (done) => client.forwardOut('127.0.0.1', 0, to.host, to.port, done),
    isSilent,
  );
  clearTimeout(nudge);
  if (opened.kind === 'opened') return { kind: 'stream', stream: opened.stream };
  return opened.kind === 'aborted' ? { kind: 'aborted', silent: isSilent() } : opened;
};

/** A request that every server has to answer, be it with a refusal (RFC 4254, 4): to end what was never begun. */
const askForLife = (client: Client): void => {
  try {
    client.unforwardIn('127.0.0.1', 1, () => undefined);
  } catch {
    // The library throws where the socket has ended already.
  }
};

const endsWithinMs = 500;
const mostStderr = 1_024;

type Opened<T> =
  | { readonly kind: 'opened'; readonly stream: T }
  | Extract<Ran, { readonly kind: 'dead' | 'refused' | 'aborted' }>;

/** Asks for a channel. One that comes too late is ended again. `isGone` says whether its time being up is a verdict. */
const channel = <T extends Duplex>(
  { signal, openWithinMs }: Waiting,
  ask: (done: (error: Error | undefined, stream: T | undefined) => void) => void,
  isGone: () => boolean = () => true,
): Promise<Opened<T>> =>
  new Promise((resolve) => {
    let settled = false;
    const settle = (opened: Opened<T>): void => {
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(opened);
    };
    const onAbort = (): void => settle({ kind: 'aborted' });
    const timer = setTimeout(() => isGone() && settle({ kind: 'dead' }), openWithinMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
      return;
    }
    try {
      ask((error, stream) => {
        if (settled) stream?.destroy();
        else settle(stream === undefined ? notOpened(error) : { kind: 'opened', stream });
      });
    } catch {
      // The library throws where the socket has ended already.
      settle({ kind: 'dead' });
    }
  });

/** A server that refuses says why (RFC 4254, 5.1); the library's own words are for one that is gone. */
const notOpened = (error: Error | undefined): Opened<never> => {
  if (error === undefined || /No response|Not connected/i.test(error.message)) return { kind: 'dead' };
  return { kind: 'refused', because: error.message.replace(/^\(SSH\) /, '') };
};

/**
 * The library ends a channel anew each time that it is destroyed, which Node does by itself too: for each of those a stream
 * that has ended makes an error that nobody sees, with its stack, 30 µs in each round of each host.
 */
const endingOnce = (stream: ClientChannel): ClientChannel => {
  const destroy = (): ClientChannel => {
    if (!stream.writableEnded) stream.end();
    stream.close();
    return stream;
  };
  return Object.assign(stream, { destroy });
};

const answerOf = (stream: ClientChannel, { signal, mostBytes }: RunBounds): Promise<Ran> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let exit: number | null = null;
    let exited = false;
    let settled = false;
    const settle = (ran: Ran): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      resolve(ran);
      // Nothing of an answer is held longer than somebody waits for it.
      chunks.length = 0;
      stream.destroy();
    };
    const onAbort = (): void => settle({ kind: 'aborted' });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    stream.on('data', (chunk: Buffer) => {
      if (settled) return;
      bytes += chunk.length;
      if (bytes > mostBytes) settle({ kind: 'too-big' });
      else chunks.push(chunk);
    });
    stream.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < mostStderr) stderr += chunk.toString('utf8', 0, mostStderr);
    });
    stream.on('error', () => undefined);
    stream.on('exit', (code: number | null) => {
      exited = true;
      exit = code;
    });
    stream.on('close', () =>
      settle(exited ? { kind: 'answer', stdout: Buffer.concat(chunks, bytes), stderr, exit } : { kind: 'cut' }),
    );
  });
