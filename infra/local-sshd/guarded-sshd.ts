/*
 * The process of a local sshd. A small shell stands between it and its owner and kills it once its own standard input
 * closes, so that no server outlives the one who started it, however that one ends. Each connection is a process of its
 * own, in a session of its own: those are found by their parents.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface GuardedSshd {
  readonly pid: number;
  sessions(): Promise<readonly number[]>;
  killSessions(): Promise<void>;
  end(): Promise<void>;
}

/** Thrown where no server could be started; `code` says why. */
export class SshdError extends Error {
  readonly code: 'not-installed' | 'port-taken' | 'not-ready';

  constructor(code: SshdError['code'], message: string) {
    super(message);
    this.name = 'SshdError';
    this.code = code;
  }
}

/** sshd insists on being called by its whole path: it starts itself again for each connection. */
const guardian = `
exec 3<&0
server=$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v sshd) || { echo 'guardian: not installed'; exit 127; }
"$server" -D -e -f "$1" </dev/null 3<&- 2>&1 & pid=$!
echo "guardian: pid $pid"
{ read -r _ <&3; kill -KILL "$pid"; } 2>/dev/null & watch=$!
wait "$pid"
kill "$watch" 2>/dev/null
wait "$watch"
exit 0
`;

const startWithinMs = 15_000;

/** Starts sshd with this configuration; resolves once it accepts connections. */
export const launchSshd = async (configFile: string, given?: AbortSignal): Promise<GuardedSshd> => {
  // A process group of its own: Ctrl-C in a terminal reaches the owner, who ends the server when it is time.
  const child = spawn('sh', ['-c', guardian, 'guardian', configFile], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = once(child, 'close').then(() => undefined);
  const within = AbortSignal.timeout(startWithinMs);
  try {
    const pid = await ready(child, given === undefined ? within : AbortSignal.any([within, given]));
    return running(pid, ended);
  } catch (error) {
    child.stdin.end();
    await ended;
    throw error;
  }
};

const running = (pid: number, ended: Promise<void>): GuardedSshd => {
  const killSessions = async (): Promise<void> => {
    for (const session of await descendants(pid)) kill(session);
  };
  return {
    pid,
    sessions: () => descendants(pid),
    killSessions,
    end: async () => {
      const sessions = await descendants(pid);
      kill(pid);
      for (const session of sessions) kill(session);
      await ended;
    },
  };
};

/** Reads the log until the server accepts connections; resolves with its process id. */
const ready = (child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }, signal: AbortSignal) =>
  new Promise<number>((resolve, reject) => {
    let pid = 0;
    const tail: string[] = [];
    const fail = (code: SshdError['code'], what: string): void => {
      reject(new SshdError(code, [`sshd ${what}`, ...tail].join('\n  ')));
    };
    child.once('error', reject);
    child.once('close', () => fail('not-ready', 'ended before it was ready'));
    signal.addEventListener('abort', () => fail('not-ready', 'was not ready in time'), { once: true });
    // Lines are read to the very end: a server whose log nobody reads stops once the pipe is full.
    createInterface({ input: child.stdout }).on('line', (line) => {
      pid = Number(/^guardian: pid (\d+)$/.exec(line)?.[1] ?? pid);
      if (line.includes('Server listening on')) resolve(pid);
      if (line.includes('Address already in use')) fail('port-taken', 'found its port taken');
      if (line === 'guardian: not installed') fail('not-installed', 'is not installed: apt-get install openssh-server');
      tail.push(line);
      if (tail.length > 10) tail.shift();
    });
  });

/** All processes below this one; a folder of /proc that goes while it is read was one that ended. */
const descendants = async (root: number): Promise<readonly number[]> => {
  const children = new Map<number, number[]>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const below = (pid: number): readonly number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already, which is what was wanted.
  }
};
