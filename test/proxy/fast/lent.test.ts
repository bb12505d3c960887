/** Buffers come back as soon as nothing waits in them, and never before. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Lent } from '../../../proxy/fast/lent.ts';

/** `lent`: written out of a buffer; `copied`: written out of nobody's; `taken`: so much the socket takes. */
const step = fc.record({ kind: fc.constantFrom('lent', 'copied', 'taken'), bytes: fc.integer({ min: 1, max: 100 }) });

interface Write {
  readonly buffer: Buffer | undefined;
  left: number;
}

const taken = (waiting: Write[], bytes: number): void => {
  for (let left = bytes; left > 0 && waiting.length > 0; ) {
    const [first] = waiting;
    const part = Math.min(left, first?.left ?? 0);
    left -= part;
    if (first !== undefined) first.left -= part;
    if (first?.left === 0) waiting.shift();
  }
};

test('none is given back in which a byte waits, and none stays that what waits does not need', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const home = new Set<Buffer>();
      const lent = new Lent({ giveBack: (buffer) => void home.add(buffer) });
      const waiting: Write[] = [];
      for (const { kind, bytes } of steps) {
        if (kind === 'taken') taken(waiting, bytes);
        else {
          const buffer = kind === 'lent' ? Buffer.alloc(1) : undefined;
          waiting.push({ buffer, left: bytes });
          if (buffer !== undefined) lent.add(buffer, bytes);
        }
        const sum = waiting.reduce((all, { left }) => all + left, 0);
        lent.settle(sum);
        for (const { buffer } of waiting) expect(buffer !== undefined && home.has(buffer)).toBe(false);
        expect(lent.count).toBeLessThanOrEqual(sum);
        if (steps.every((one) => one.kind !== 'copied')) expect(lent.count).toBe(waiting.length);
      }
    }),
  );
});

test('one whose bytes are written later stays until nothing waits', () => {
  const home: Buffer[] = [];
  const lent = new Lent({ giveBack: (buffer) => void home.push(buffer) });
  const [early, late] = [Buffer.from('early'), Buffer.from('late')];
  lent.add(early, 0);
  lent.add(late, 100);
  lent.settle(200);
  expect(home).toEqual([]);
  lent.settle(100);
  expect(home).toEqual([early]);
  lent.settle(0);
  expect(home).toEqual([early, late]);
});
