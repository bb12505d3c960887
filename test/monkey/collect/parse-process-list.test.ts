import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseProcessList } from '../../../monkey/collect/parse-process-list.ts';
import { processListCommand } from '../../../monkey/collect/process-list-command.ts';
import { startNamed } from '../../support/named-process.ts';
import { printedProcessList } from '../../support/printed-process-list.ts';
import { testUnless } from '../../support/unless.ts';

const run = promisify(execFile);

const proc = (body: string, end = 'monkey-end 2 3 0\n') =>
  parseProcessList(Buffer.from(`monkey-processes 1 proc\n${body}${end}`));
const row = (pid: number, command: string, rssKib = 0, vszKib = 0, pssKib: number | null = null) => ({
  pid,
  command,
  rssKib,
  vszKib,
  pssKib,
});

describe('the list of processes', () => {
  test('reads name, size and share, in any order', () => {
    const body =
      '/proc/7/smaps_rollup:Pss:                 123 kB\n/proc/7/status:Name:\tnginx\n' +
      '/proc/7/status:VmSize:\t   5000 kB\n/proc/7/status:VmRSS:\t    400 kB\n/proc/9/status:Name:\tkworker/0:1\n';
    expect(proc(body)).toEqual({
      kind: 'list',
      processes: [row(7, 'nginx', 400, 5000, 123), row(9, 'kworker/0:1')],
      damagedLines: 0,
    });
  });

  test('leaves out its own shell and grep', () => {
    const list = proc('/proc/1/status:Name:\tinit\n/proc/2/status:Name:\tsh\n/proc/3/status:Name:\tgrep\n');
    expect(list).toMatchObject({ processes: [row(1, 'init')] });
  });

  test('leaves out what its own shell started', () => {
    const list = proc(
      '/proc/1/status:Name:\tinit\n/proc/3/status:Name:\tgrep\n/proc/3/status:PPid:\t2\n/proc/4/status:Name:\tgrep\n',
      'monkey-end 2 0 0\n',
    );
    expect(list).toMatchObject({ processes: [row(1, 'init'), row(4, 'grep')], damagedLines: 0 });
  });

  const nameless = '/proc/7/status:Name:\tMainThread\n/proc/7/status:VmRSS:\t  400 kB\n/proc/8/status:Name:\tjava\n';
  test.each([
    ['node', 'node'],
    ['/usr/bin/node', 'node'],
    ['große/bin/nödé x', 'nödé x'],
    ['/srv/:a b: 9 kB', ':a b: 9 kB'],
    ['/usr/bin/', 'MainThread'],
    [`/${'x'.repeat(98)}`, 'MainThread'],
  ])('calls a process of Node by its first argument: %s', (argument, command) => {
    expect(proc(`${nameless}/proc/7/cmdline:${argument}\n/proc/8/cmdline:liar\n/proc/9/cmdline:gone\n`)).toEqual({
      kind: 'list',
      processes: [row(7, command, 400), row(8, 'java')],
      damagedLines: 0,
    });
  });

  test('leaves a process of Node its name where nothing else of it is known', () => {
    expect(proc(nameless)).toMatchObject({ processes: [row(7, 'MainThread', 400), row(8, 'java')] });
  });

  test('gives back any name that a kernel can tell of, as it tells of it', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 15 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 10, max: 4_194_304 }), { minLength: 1 }), name, (pids, command) => {
        const rows = pids.map((pid) => row(pid, command, pid * 2, pid * 3));
        expect(parseProcessList(printedProcessList(rows))).toEqual({ kind: 'list', processes: rows, damagedLines: 0 });
      }),
    );
  });

  const size = (pid: number, kib: number) => `/proc/${pid}/status:VmSize:\t${String(kib).padStart(8)} kB\n`;
  const rss = (pid: number, kib: number) => `/proc/${pid}/status:VmRSS:\t${String(kib).padStart(8)} kB\n`;
  const name = (pid: number, command: string) => `/proc/${pid}/status:Name:\t${command}\n`;
  test.each([
    ['sizes in the other order', name(7, 'a') + rss(7, 4) + size(7, 5), [row(7, 'a', 4, 5)]],
    ['one size alone', name(7, 'a') + size(7, 5) + name(8, 'b') + rss(8, 6), [row(7, 'a', 0, 5), row(8, 'b', 6)]],
    [
      'another process between',
      name(7, 'a') + name(71, 'b') + size(71, 9) + rss(71, 8) + size(7, 5) + rss(7, 4),
      [row(7, 'a', 4, 5), row(71, 'b', 8, 9)],
    ],
    ["another's sizes behind its name", name(7, 'a') + size(71, 9) + rss(71, 8), [row(7, 'a')]],
    ['its name told twice', name(7, 'a') + size(7, 5) + rss(7, 4) + name(7, 'b'), [row(7, 'b', 4, 5)]],
  ])('reads a process whose lines stand in no usual way: %s', (_what, body, processes) => {
    expect(proc(body)).toEqual({ kind: 'list', processes, damagedLines: 0 });
  });

  test('cuts a name that is longer than any that is meant well', () => {
    const long = 'x'.repeat(300);
    expect(proc(`/proc/7/status:Name:\t${long}\n`)).toMatchObject({ processes: [row(7, 'x'.repeat(256))] });
    const ps = parseProcessList(Buffer.from(`monkey-processes 1 ps\n 7 1 2 ${long}\nmonkey-end 2 3 0\n`));
    expect(ps).toMatchObject({ processes: [row(7, 'x'.repeat(256), 1, 2)] });
  });

  test('counts damaged lines and reads the others', () => {
    const body =
      '/proc/x/status:Name:\ta\n/proc/7/status:Name:\tgood\n/proc/7/status:VmRSS:\t12 MB\n/proc/7\nnoise\n' +
      '/proc/7/status:VmRSS:\t99999999999999999 kB\n/proc/7/status:VmSize:\t-1 kB\n/proc/7/status:Name:no tab\n';
    expect(proc(body)).toEqual({ kind: 'list', processes: [row(7, 'good')], damagedLines: 7 });
  });

  test('leaves out a process that ended before its name was read', () => {
    expect(proc('/proc/7/smaps_rollup:Pss: 1 kB\n/proc/8/status:Name:\ta\n')).toMatchObject({
      processes: [row(8, 'a')],
    });
  });

  test.each([
    ['no last line', '/proc/7/status:Name:\ta\n', ''],
    ['half a last line', '/proc/7/status:Name:\ta\n', 'monkey-end 2'],
  ])('calls an answer with %s cut', (_what, body, end) => {
    expect(proc(body, end)).toEqual({ kind: 'cut' });
  });

  test('says of what is no answer what it says instead', () => {
    const foreign = (text: string) => parseProcessList(Buffer.from(text));
    expect(foreign('')).toEqual({ kind: 'foreign', because: 'it said nothing' });
    expect(foreign('\nThis account is \x07closed.\n')).toMatchObject({
      because: expect.stringContaining('is ?closed'),
    });
    expect(proc('', 'monkey-end 2 3 127\n')).toEqual({ kind: 'foreign', because: 'it has no grep' });
  });

  test('overhears what a login script says first', () => {
    const text = 'Welcome!\nmonkey-processes 1 proc\n/proc/7/status:Name:\ta\nmonkey-end 2 3 2\n';
    expect(parseProcessList(Buffer.from(text))).toMatchObject({ kind: 'list', processes: [row(7, 'a')] });
  });

  test('reads ps, where a name may have blanks in front, inside and behind', () => {
    const text = 'monkey-processes 1 ps\n    1   400   5000 init\n  12 7 8   two words \nodd\nmonkey-end 2 3 0\n';
    expect(parseProcessList(Buffer.from(text))).toEqual({
      kind: 'list',
      processes: [row(1, 'init', 400, 5000), row(12, '  two words ', 7, 8)],
      damagedLines: 1,
    });
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        proc(Buffer.from(bytes).toString('latin1'));
        parseProcessList(Buffer.from(bytes));
      }),
    );
  });
});

describe('the command', () => {
  /** @param shell what the host has as /bin/sh */
  const listed = async (shell = 'sh') => {
    const command = processListCommand({ pss: false }).replace('/bin/sh', shell === 'busybox' ? 'busybox sh' : shell);
    const { stdout } = await run('sh', ['-c', command], { encoding: 'buffer', maxBuffer: 1 << 26 });
    const list = parseProcessList(stdout);
    if (list.kind !== 'list') throw new Error(JSON.stringify(list));
    return list;
  };

  test.each([
    ['blanks around it', '  two words '],
    ['slashes, colons and brackets', 'a/0:1 (x) [y]'],
    ['UTF-8', 'große Übung'],
    ['a newline and a backslash', 'a\nb\\nc'],
    ['what looks like another line', ':VmRSS:\t9 kB'],
    ['a quote', `"'$(x)\``],
  ])('tells a name with %s whole', async (_what, name) => {
    const named = await startNamed(Buffer.from(name));
    try {
      const { processes, damagedLines } = await listed();
      expect(processes.find(({ pid }) => pid === named.pid)?.command).toBe(name);
      expect(damagedLines).toBe(0);
    } finally {
      await named.stop();
    }
  });

  describe.each([['dash'], ['bash'], ['busybox']])('in the shell that is /bin/sh with some: %s', (shell) => {
    const absent = spawnSync(shell, ['true']).error === undefined ? undefined : `${shell} is not installed`;

    testUnless(absent)('tells names whole, whatever bytes they have', async () => {
      const name = 'ЁЂЃЅІЇЈ';
      const named = await startNamed(Buffer.from(name));
      try {
        const { processes, damagedLines } = await listed(shell);
        expect(processes.find(({ pid }) => pid === named.pid)?.command).toBe(name);
        expect(damagedLines).toBe(0);
      } finally {
        await named.stop();
      }
    });

    testUnless(absent)('calls processes of Node by their program', async () => {
      const named = await startNamed(Buffer.from('MainThread'));
      const odd = await startNamed(Buffer.from('x MainThread'));
      try {
        const { processes, damagedLines } = await listed(shell);
        const commandOf = ({ pid }: { readonly pid: number }) => processes.find((row) => row.pid === pid)?.command;
        expect([commandOf(named), commandOf(odd), damagedLines]).toEqual(['sh', 'x MainThread', 0]);
      } finally {
        await Promise.all([named.stop(), odd.stop()]);
      }
    });
  });

  test('says of a host without grep that it has none', async () => {
    const { stdout } = await run('/bin/sh', ['-c', processListCommand({ pss: false })], {
      env: { PATH: '/nonexistent' },
      encoding: 'buffer',
    });
    expect(parseProcessList(stdout)).toEqual({ kind: 'foreign', because: 'it has no grep' });
  });

  test('does not wait for stdin where a name alone looks like that of Node', async () => {
    const odd = await startNamed(Buffer.from('MainThreads'));
    try {
      const { processes } = await listed();
      expect(processes.find(({ pid }) => pid === odd.pid)?.command).toBe('MainThreads');
    } finally {
      await odd.stop();
    }
  });

  test('shows bytes that are no UTF-8 as such, and loses nothing else by them', async () => {
    const named = await startNamed(Buffer.from([0x61, 0xff, 0xfe, 0x62]));
    try {
      const { processes, damagedLines } = await listed();
      expect(processes.find(({ pid }) => pid === named.pid)?.command).toBe('a\uFFFD\uFFFDb');
      expect(damagedLines).toBe(0);
    } finally {
      await named.stop();
    }
  });

  test('leaves itself out, and reads the proportional share where it is asked for', async () => {
    const { stdout } = await run('sh', ['-c', processListCommand({ pss: true })], {
      encoding: 'buffer',
      maxBuffer: 1 << 26,
    });
    const text = stdout.toString('latin1');
    const shell = Number(/monkey-end (\d+) 0 \d+\n$/.exec(text)?.[1]);
    const grep = Number(new RegExp(`^/proc/(\\d+)/status:PPid:\t${shell}$`, 'm').exec(text)?.[1]);
    const list = parseProcessList(stdout);
    const processes = list.kind === 'list' ? list.processes : [];
    expect(stdout.includes(`/proc/${grep}/status:Name:\tgrep`)).toBe(true);
    expect(processes.filter(({ pid }) => pid === shell || pid === grep)).toEqual([]);
    const rollup = await readFile('/proc/self/smaps_rollup', 'utf8');
    const self = processes.find(({ pid }) => pid === process.pid);
    expect(self?.pssKib).toBeGreaterThan(Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 2);
  });
});
