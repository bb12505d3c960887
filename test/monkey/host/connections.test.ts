import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { establishedTo } from '../../../monkey/host/connections.ts';
import { type RecordedKernel, recordedKernel } from '../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
});
afterEach(() => kernel.remove());

const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
const socket = (local: number, remote: number, state: string, inode: number) =>
  `   0: 0100007F:${hex(local)} 0100007F:${hex(remote)} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 20 4 30 10 -1\n`;
const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

test('counts connections that clients have to the port, at the end that serves', async () => {
  kernel.proc(
    'net/tcp',
    header + socket(8_080, 0, '0A', 1) + socket(8_080, 50_000, '01', 2) + socket(50_000, 8_080, '01', 3),
  );
  kernel.proc('net/tcp6', header + socket(8_080, 50_001, '01', 4) + socket(443, 50_002, '01', 5));
  expect(await establishedTo(kernel.procRoot, 8_080)).toBe(2);
});

test('counts none that is closing or opening', async () => {
  kernel.proc(
    'net/tcp',
    header + ['02', '03', '04', '05', '06', '08', '0B'].map((state) => socket(8_080, 50_000, state, 9)).join(''),
  );
  expect(await establishedTo(kernel.procRoot, 8_080)).toBe(0);
});

test('does not count what this very process has opened', async () => {
  kernel.proc(
    'net/tcp',
    header + socket(8_080, 50_000, '01', 2) + socket(50_000, 8_080, '01', 3) + socket(8_080, 50_001, '01', 4),
  );
  kernel.processes([{ pid: 77, sockets: [3] }]);
  expect(await establishedTo(kernel.procRoot, 8_080)).toBe(2);
  const { renameSync } = await import('node:fs');
  renameSync(`${kernel.procRoot}/77`, `${kernel.procRoot}/self`);
  expect(await establishedTo(kernel.procRoot, 8_080)).toBe(1);
});

test('knows nothing where the kernel does not say, and something where only one version is there', async () => {
  expect(await establishedTo(kernel.procRoot, 8_080)).toBeUndefined();
  kernel.proc('net/tcp', header);
  expect(await establishedTo(kernel.procRoot, 8_080)).toBe(0);
});
