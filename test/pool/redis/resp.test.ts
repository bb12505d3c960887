import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Reply, repliesIn } from '../../../pool/redis/resp.ts';
import { cut, isUncut } from '../../../pool/uncut.ts';

const encoded = (reply: Reply): string => {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if ('kind' in reply) return reply.kind === 'uncut' ? `*${reply.count}\r\n${reply.wire}` : `-${reply.because}\r\n`;
  return `*${reply.length}\r\n${reply.map(encoded).join('')}`;
};
const decoded = (text: string, count: number) => {
  return repliesIn(Buffer.from(text), count)?.map(plainly);
};
const plainly = (reply: Reply): Reply => {
  if (isUncut(reply)) return cut(reply);
  return Array.isArray(reply) ? (reply as readonly Reply[]).map(plainly) : reply;
};

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\r\n', '$3\r\nabc\r\n', 'grün ✓'));
const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constant(null),
    fc.integer(),
    fc.constant({ kind: 'reply-error' as const, because: 'WRONGTYPE it is a list' }),
    fc.array(tie('reply'), { maxLength: 4 }),
  ),
}));

test('reads what was answered, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 4 }), (replies) => {
      expect(decoded(replies.map(encoded).join(''), replies.length)).toEqual(replies);
    }),
    { numRuns: 1_000 },
  );
});

test('says of what is not whole, or too much, that it is none', () => {
  fc.assert(
    fc.property(fc.array(reply, { minLength: 1, maxLength: 3 }), fc.nat(), (replies, cut) => {
      const whole = replies.map(encoded).join('');
      const bytes = Buffer.from(whole);
      const part = bytes.subarray(0, cut % bytes.length);
      expect(repliesIn(part, replies.length)).toBeUndefined();
      expect(decoded(`${whole}$1\r\na\r\n`, replies.length)).toBeUndefined();
    }),
  );
});

test.each(['', '?\r\n', '$x\r\n', '$\r\n', '*1\r\n', '-no end', '$5\r\nabc\r\n'])('makes nothing of %j', (wire) => {
  expect(repliesIn(Buffer.from(wire), 1)).toBeUndefined();
});
