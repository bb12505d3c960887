import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { socketsOn, type TcpSocket } from './net-tcp.ts';

/**
 * TCP sockets, of both IP versions, with this local or remote port; undefined where /proc/net cannot be read. A busy
 * machine has megabytes of them, hence off the main thread.
 */
export const tcpSockets = async (
  procRoot: string,
  port: number,
  signal?: AbortSignal,
): Promise<readonly TcpSocket[] | undefined> => {
  const read = (name: string): Promise<string | undefined> =>
    readFile(`${procRoot}/net/${name}`, { encoding: 'latin1', ...(signal && { signal }) }).catch(() => undefined);
  const texts = (await Promise.all([read('tcp'), read('tcp6')])).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.flatMap((text) => socketsOn(text, port));
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
