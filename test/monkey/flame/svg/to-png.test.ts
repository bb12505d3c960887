import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { toPng } from '../../../../monkey/flame/svg/to-png.ts';
import { testUnless } from '../../../support/unless.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
const path = process.env['PATH'] ?? '';
const missing =
  spawnSync('rsvg-convert', ['--version'], { stdio: 'ignore' }).status === 0
    ? undefined
    : 'rsvg-convert (librsvg2-bin) is not installed';

testUnless(missing)('makes a PNG of an SVG', async () => {
  const png = await toPng(svg, path, { deadlineMs: 20_000 });
  expect(png.kind === 'png' && png.bytes.subarray(1, 4).toString()).toBe('PNG');
});

test('says what would make one where there is no converter', async () => {
  expect(await toPng(svg, '/nowhere', { deadlineMs: 5_000 })).toEqual({
    kind: 'none',
    because: expect.stringContaining('librsvg2-bin'),
  });
});

testUnless(missing)('says what a converter says of a picture that is none', async () => {
  expect(await toPng('no picture', path, { deadlineMs: 20_000 })).toMatchObject({ kind: 'none' });
});
