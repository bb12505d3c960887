/** One socket of /proc/net/tcp or tcp6. Source: Documentation/networking/proc_net_tcp.rst of the kernel. */
export interface TcpSocket {
  readonly localAddress: string;
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

/** Sockets that listen. */
export const listeningIn = (text: string): readonly TcpSocket[] =>
  text
    .split('\n')
    .filter((line) => line.includes(' 0A '))
    .map(parseLine)
    .filter((socket) => socket !== undefined)
    .filter(({ state }) => state === 'listening');

const line = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d+)/;

const parseLine = (text: string): TcpSocket | undefined => {
  const [, address, local, remote, state, inode] = line.exec(text) ?? [];
  if (address === undefined || local === undefined || remote === undefined || state === undefined) return undefined;
  return {
    localAddress: addressOf(address),
    localPort: Number.parseInt(local, 16),
    remotePort: Number.parseInt(remote, 16),
    state: state === '01' ? 'established' : state === '0A' ? 'listening' : 'other',
    inode: Number(inode),
  };
};

/** The kernel writes addresses as words of four bytes, each in the order of its own machine: little-endian, on ours. */
const addressOf = (hex: string): string => {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = bytes.flatMap((byte, at) =>
    at % 2 === 0 ? [Number.parseInt(`${byte}${bytes[at + 1] ?? ''}`, 16).toString(16)] : [],
  );
  const text = groups.join(':');
  return /^(0:){7}[01]$/.test(text) ? `::${text.endsWith('1') ? '1' : ''}` : text;
};
