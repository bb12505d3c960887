import { expect, test } from '@jest/globals';
import { listeningIn, socketsOn } from '../../../../monkey/host/proc/net-tcp.ts';

const four = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 51234 1 0000000000000000 100 0 0 10 0
   1: 0700000A:1F90 0900000A:C350 01 00000000:00000000 00:00000000 00000000  1000        0 51300 1 0000000000000000 20 4 30 10 -1
   2: 0700000A:C351 0A00000A:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 51301 1 0000000000000000 20 4 30 10 -1
   3: 0700000A:1F90 0900000A:C352 06 00000000:00000000 03:000009E4 00000000     0        0 0 3 0000000000000000
   4: 0700000A:0016 0900000A:D431 01 00000000:00000000 02:0009B0F6 00000000     0        0 20111 2 0000000000000000 20 4 1 10 -1
   5: garbage :1F90 
`;
const six = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:1F90 00000000000000000000000001000000:A0B2 01 00000000:00000000 00:00000000 00000000  1000        0 88001 1 0000000000000000 20 4 30 10 -1
`;

test('reads the sockets that have to do with a port, of both ends and both versions', () => {
  expect(socketsOn(four, 8_080)).toEqual([
    { localAddress: '0.0.0.0', localPort: 8_080, remotePort: 0, state: 'listening', inode: 51_234 },
    { localAddress: '10.0.0.7', localPort: 8_080, remotePort: 50_000, state: 'established', inode: 51_300 },
    { localAddress: '10.0.0.7', localPort: 50_001, remotePort: 8_080, state: 'established', inode: 51_301 },
    { localAddress: '10.0.0.7', localPort: 8_080, remotePort: 50_002, state: 'other', inode: 0 },
  ]);
  expect(socketsOn(six, 8_080)).toEqual([
    { localAddress: '::1', localPort: 8_080, remotePort: 41_138, state: 'established', inode: 88_001 },
  ]);
});

test('finds nothing for a port that nobody uses, and nothing in an empty file', () => {
  expect(socketsOn(four, 9_999)).toEqual([]);
  expect(socketsOn('', 8_080)).toEqual([]);
});

test.each([
  ['0100007F', '127.0.0.1'],
  ['0700000A', '10.0.0.7'],
  ['00000000000000000000000001000000', '::1'],
  ['00000000000000000000000000000000', '::'],
  ['000080FE000000000000000001000000', 'fe80:0:0:0:0:0:0:1'],
  ['0000000000000000FFFF00000100007F', '0:0:0:0:0:ffff:7f00:1'],
])('reads that a socket listens, and at which address: %s', (hex, address) => {
  const far = hex.replace(/./g, '0');
  const row = (state: string, inode: number) =>
    `   0: ${hex}:240D ${far}:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0 0 10 0\n`;
  expect(listeningIn(row('01', 7) + row('0A', 8))).toEqual([
    { localAddress: address, localPort: 9229, remotePort: 0, state: 'listening', inode: 8 },
  ]);
});
