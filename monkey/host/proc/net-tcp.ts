/** One socket of /proc/net/tcp or tcp6. Source: Documentation/networking/proc_net_tcp.rst of the kernel. */
export interface TcpSocket {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: TcpState;
  readonly inode: number;
}
export type TcpState = 'established' | 'listening' | 'other';

/** Sockets of which a port, the local or the remote one, is `port`: the others are most of a busy machine's. */
export const socketsOn = (text: string, port: number): readonly TcpSocket[] => {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return text
    .split('\n')
    .filter((line) => line.includes(wanted))
    .map(parseLine)
    .filter((socket) => socket !== undefined);
};

const line = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d+)/;

const parseLine = (text: string): TcpSocket | undefined => {
  const [, local, remote, state, inode] = line.exec(text) ?? [];
  if (local === undefined || remote === undefined || state === undefined) return undefined;
  return {
    localPort: Number.parseInt(local, 16),
    remotePort: Number.parseInt(remote, 16),
    state: state === '01' ? 'established' : state === '0A' ? 'listening' : 'other',
    inode: Number(inode),
  };
};
