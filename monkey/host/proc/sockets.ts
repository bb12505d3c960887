import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { listeningIn, socketsOn, type TcpSocket } from './net-tcp.ts';

/**
 * TCP sockets, of both IP versions, with this local or remote port; undefined where /proc/net cannot be read. A busy
 * machine has megabytes of them, hence off the main thread.
 */
export const tcpSockets = (
  procRoot: string,
  port: number,
  signal?: AbortSignal,
): Promise<readonly TcpSocket[] | undefined> => read(procRoot, (text) => socketsOn(text, port), signal);

/** TCP sockets that listen; undefined where /proc/net cannot be read. */
export const listeningSockets = (procRoot: string, signal?: AbortSignal): Promise<readonly TcpSocket[] | undefined> =>
  read(procRoot, listeningIn, signal);

const read = async (
  procRoot: string,
  parse: (text: string) => readonly TcpSocket[],
  signal: AbortSignal | undefined,
): Promise<readonly TcpSocket[] | undefined> => {
  const textOf = (name: string): Promise<string | undefined> =>
    readFile(`${procRoot}/net/${name}`, { encoding: 'latin1', ...(signal && { signal }) }).catch(() => undefined);
  const texts = (await Promise.all([textOf('tcp'), textOf('tcp6')])).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.flatMap(parse);
};

/** Which of these sockets a process holds open, by inode. Nothing where its descriptors may not be seen. */
export const socketsHeldBy = (
  procRoot: string,
  process: number | 'self',
  inodes: ReadonlySet<number>,
): ReadonlySet<number> => {
  const held = new Set<number>();
  for (const descriptor of descriptorsOf(procRoot, process)) {
    const inode = socketInode(`${procRoot}/${process}/fd/${descriptor}`);
    if (inode !== undefined && inodes.has(inode)) held.add(inode);
  }
  return held;
};

/** Whether we may see what a process holds open. */
export const maySeeDescriptors = (procRoot: string, process: number): boolean => {
  try {
    readdirSync(`${procRoot}/${process}/fd`);
    return true;
  } catch {
    return false;
  }
};

const descriptorsOf = (procRoot: string, process: number | 'self'): readonly string[] => {
  try {
    return readdirSync(`${procRoot}/${process}/fd`);
  } catch {
    return [];
  }
};

const socketInode = (path: string): number | undefined => {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(path)) ?? [];
    return inode === undefined ? undefined : Number(inode);
  } catch {
    return undefined;
  }
};
