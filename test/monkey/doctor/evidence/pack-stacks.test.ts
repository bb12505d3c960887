import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { packStacks, unpackStacks } from '../../../../monkey/doctor/evidence/pack-stacks.ts';

const frame = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).map((name) => name.replaceAll(';', ':'));
const stacks = fc
  .array(fc.tuple(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 1_000 })), {
    maxLength: 40,
  })
  .map((all) => new Map(all.map(([frames, samples]) => [frames.join(';'), samples])));

test('what is packed can be had again, sample for sample, through JSON', () => {
  fc.assert(
    fc.property(stacks, (all) => {
      const packed = JSON.parse(JSON.stringify(packStacks(all, 1_000_000))) as ReturnType<typeof packStacks>;
      expect(packed.cut).toBeUndefined();
      expect(new Map(unpackStacks(packed))).toEqual(all);
    }),
  );
});

test('never takes more room than it is given; the rarest stacks go, and how many went is told', () => {
  fc.assert(
    fc.property(stacks, fc.integer({ min: 200, max: 2_000 }), (all, room) => {
      const packed = packStacks(all, room);
      expect(Buffer.byteLength(JSON.stringify(packed))).toBeLessThanOrEqual(room);
      const kept = unpackStacks(packed);
      const gone = [...all].filter(([stack]) => !kept.has(stack)).map(([, samples]) => samples);
      expect(packed.cut?.stacks ?? 0).toBe(gone.length);
      expect(packed.cut?.samples ?? 0).toBe(gone.reduce((sum, samples) => sum + samples, 0));
      if (gone.length > 0 && kept.size > 0) expect(Math.max(...gone)).toBeLessThanOrEqual(Math.min(...kept.values()));
    }),
  );
});

test('what stacks have in common is kept once: a thousand deep ones of one program have room', () => {
  const deep = Array.from({ length: 30 }, (_, at) => `layer${at} /srv/app/some/folder/layer-${at}.ts:${at}:1`);
  const all = new Map(Array.from({ length: 1_000 }, (_, at) => [`${deep.join(';')};leaf${at}`, at + 1] as const));
  expect(packStacks(all, 140 * 1_024).cut).toBeUndefined();
});

test('the name of a frame that is 64 KiB long is cut, not its stack', () => {
  const packed = packStacks(new Map([['x'.repeat(65_536), 3]]), 2_000);
  expect(packed.cut).toBeUndefined();
  expect(packed.frames[0]?.length).toBeLessThan(300);
});

test('stacks that point nowhere are left out', () => {
  expect(unpackStacks({ frames: ['a'], tree: [9, 0, 5, 0, 7, 5, 0, 0, 2, Number.NaN, 0, 1] })).toEqual(
    new Map([['a', 2]]),
  );
});
