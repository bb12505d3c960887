import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { writePprof } from '../../../../monkey/flame/formats/pprof.ts';
import { writeSpeedscope } from '../../../../monkey/flame/formats/speedscope.ts';
import { foldedLines } from '../../../../monkey/flame/perf/sorted-lines.ts';
import { plainFold } from '../../../../monkey/flame/perf/stack-line.ts';
import { NotAProfile, type Profile } from '../../../../monkey/flame/profile.ts';
import { readProfile } from '../../../../monkey/flame/read-profile.ts';

const read = (content: string | Uint8Array, arrangement: 'merged' | 'in-order' = 'merged'): Promise<Profile> =>
  readProfile(Readable.from([Buffer.from(content as string)]), plainFold, arrangement);
const folded = ({ tree }: Profile): string => [...foldedLines(tree)].join('');

const node = (id: number, functionName: string, url: string, line: number, children: readonly number[] = []) => ({
  id,
  callFrame: { functionName, scriptId: '1', url, lineNumber: line, columnNumber: 4 },
  hitCount: 1,
  children,
});
const cpuProfile = {
  nodes: [
    node(1, '(root)', '', -1, [2, 5]),
    node(2, 'main', 'file:///srv/a.js', 0, [3, 4]),
    node(3, '', 'file:///srv/a.js', 11),
    node(4, 'a;b', 'node:fs', 2),
    node(5, '(idle)', '', -1),
  ],
  startTime: 1_000,
  endTime: 1_100,
  samples: [3, 3, 5, 4],
  timeDeltas: [10, 20, 30, 15],
};

describe('a .cpuprofile', () => {
  test('has its time: each sample lasts until the next one, idle time counts for nothing', async () => {
    const profile = await read(JSON.stringify(cpuProfile));
    expect(folded(profile)).toBe(
      'main /srv/a.js:1:5;(anonymous) /srv/a.js:12:5 50\nmain /srv/a.js:1:5;a:b node:fs:3:5 25\n',
    );
    expect(profile).toMatchObject({ format: 'cpuprofile', unit: 'µs' });
  });

  test('without a timeline has its hits', async () => {
    const { samples: _, timeDeltas: __, ...hits } = cpuProfile;
    expect(folded(await read(JSON.stringify(hits)))).toBe(
      'main /srv/a.js:1:5 1\nmain /srv/a.js:1:5;(anonymous) /srv/a.js:12:5 1\nmain /srv/a.js:1:5;a:b node:fs:3:5 1\n',
    );
  });
});

const stacks = 'a;b 3\na;b;c é 2\nd 1\n';

describe('what was written is read as it was', () => {
  test('as speedscope', async () => {
    expect(folded(await read(writeSpeedscope(await read(stacks), 'x')))).toBe(folded(await read(stacks)));
  });

  test('as pprof, zipped or not', async () => {
    const pprof = writePprof(await read(stacks));
    for (const bytes of [pprof, gzipSync(pprof)]) expect(folded(await read(bytes))).toBe(folded(await read(stacks)));
  });
});

test('speedscope events are read by the time between them', async () => {
  const events = [
    { type: 'O', at: 0, frame: 0 },
    { type: 'O', at: 10, frame: 1 },
    { type: 'C', at: 25, frame: 1 },
    { type: 'C', at: 30, frame: 0 },
  ];
  const file = {
    shared: { frames: [{ name: 'a', file: 'a.js', line: 3 }, { name: 'b' }] },
    profiles: [{ type: 'evented', unit: 'milliseconds', events }],
  };
  const profile = await read(JSON.stringify(file));
  expect([folded(profile), profile.unit]).toEqual(['a a.js:3 15\na a.js:3;b 15\n', 'ms']);
});

test('folded stacks keep what stands before the last space, comments are skipped', async () => {
  const profile = await read('# about\na b;c  2\n\na b;c  3.5\nnonsense\n');
  expect([folded(profile), profile.notes]).toEqual(['a b;c  5.5\n', ['1 line is no folded stack, and left out']]);
});

test('in order of time only neighbours are one', async () => {
  const { tree } = await read('a 1\na 1\nb 1\na 1\n', 'in-order');
  expect(Array.from({ length: tree.size - 1 }, (_, index) => tree.name(index + 1))).toEqual(['a', 'b', 'a']);
});

describe('what is no profile is told in a sentence', () => {
  test.each([
    ['nothing', '', 'empty'],
    ['prose', 'Dear Sir or Madam,\nhello\n', 'none of the formats that are known'],
    ['other JSON', '{"a": 1}', 'neither a .cpuprofile'],
    ['half a document', JSON.stringify(cpuProfile).slice(0, 200), 'cut short'],
    ['a .cpuprofile of another shape', '{"nodes": 3, "startTime": 1, "endTime": 2}', 'a .cpuprofile in which'],
    [
      'speedscope of different units',
      JSON.stringify({
        shared: { frames: [] },
        profiles: ['bytes', 'none'].map((unit) => ({ type: 'sampled', unit, samples: [], weights: [] })),
      }),
      'different units',
    ],
    ['a profile without a sample', 'node 7 1.0: 1 cycles:\n', 'without a sample'],
    ['bytes', Buffer.from([1, 2, 0, 3, 4]), 'neither text nor pprof'],
  ])('%s', async (_, content, said) => {
    await expect(read(content)).rejects.toThrow(said);
    await expect(read(content)).rejects.toBeInstanceOf(NotAProfile);
  });

  test('a text without a line', async () => {
    const endless = Readable.from(
      (function* () {
        yield Buffer.from('a 1\n');
        for (let at = 0; at < 100; at += 1) yield Buffer.alloc(65_536, 'x');
      })(),
    );
    await expect(readProfile(endless)).rejects.toThrow('a line of over 4 MiB');
  });

  test('a zipped file that was cut short', async () => {
    await expect(read(gzipSync(stacks).subarray(0, 20))).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
  });
});
