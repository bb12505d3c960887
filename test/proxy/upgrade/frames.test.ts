import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closeFrame, watchFrames } from '../../../proxy/upgrade/frames.ts';

/** A binary frame, as RFC 6455 has it. */
const frame = (payload: Uint8Array, mask: boolean): Buffer => {
  const { length } = payload;
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const extended = Buffer.alloc(short < 126 ? 0 : short === 126 ? 2 : 8);
  if (short === 126) extended.writeUInt16BE(length);
  if (short === 127) extended.writeBigUInt64BE(BigInt(length));
  const key = Buffer.from(mask ? [1, 2, 3, 4] : []);
  return Buffer.concat([Buffer.from([0x82, short | (mask ? 0x80 : 0)]), extended, key, payload]);
};

const lengths = [0, 1, 2, 3, 124, 125, 126, 127, 128, 500, 65_535, 65_536, 70_000];
const frames = fc.array(fc.tuple(fc.constantFrom(...lengths), fc.boolean()), { maxLength: 4 });

test('knows at every byte whether a frame is under way', () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 9_000 }), (given, size) => {
      const watch = watchFrames();
      const wires = given.map(([length, mask]) => frame(new Uint8Array(length).fill(0xff), mask));
      const stream = Buffer.concat(wires);
      const ends = new Set<number>();
      let end = 0;
      for (const { length } of wires) {
        end += length;
        ends.add(end);
      }
      const wrong: number[] = [];
      for (let at = 0; at < stream.length; at += size) {
        watch.see(stream.subarray(at, at + size));
        const seen = Math.min(at + size, stream.length);
        if (watch.isBetweenFrames() !== ends.has(seen)) wrong.push(seen);
      }
      expect(wrong).toEqual([]);
    }),
  );
});

test('is between frames before the first', () => {
  expect(watchFrames().isBetweenFrames()).toBe(true);
});

test('a close frame carries its code', () => {
  expect([...closeFrame(1001)]).toEqual([0x88, 2, 0x03, 0xe9]);
});
