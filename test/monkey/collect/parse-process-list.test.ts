import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseProcessList } from '../../../monkey/collect/parse-process-list.ts';
import { processListCommand } from '../../../monkey/collect/process-list-command.ts';
import { startNamed } from '../../support/named-process.ts';
import { printedProcessList } from '../../support/printed-process-list.ts';

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

  test('gives back any name that a kernel can tell of, as it tells of it', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 15 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 10, max: 4_194_304 }), { minLength: 1 }), name, (pids, command) => {
        const rows = pids.map((pid) => row(pid, command, pid * 2, pid * 3));
        expect(parseProcessList(printedProcessList(rows))).toEqual({ kind: 'list', processes: rows, damagedLines: 0 });
      }),
    );
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
  const listed = async () => {
    const { stdout } = await run('sh', ['-c', processListCommand({ pss: false })], {
      encoding: 'buffer',
      maxBuffer: 1 << 26,
    });
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
    const [, shell, grep] = (/monkey-end (\d+) (\d+) \d+\n$/.exec(stdout.toString('latin1')) ?? []).map(Number);
    const list = parseProcessList(stdout);
    const processes = list.kind === 'list' ? list.processes : [];
    expect(stdout.includes(`/proc/${grep}/status:Name:\tgrep`)).toBe(true);
    expect(processes.filter(({ pid }) => pid === shell || pid === grep)).toEqual([]);
    const rollup = await readFile('/proc/self/smaps_rollup', 'utf8');
    const self = processes.find(({ pid }) => pid === process.pid);
    expect(self?.pssKib).toBeGreaterThan(Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 2);
  });
});
