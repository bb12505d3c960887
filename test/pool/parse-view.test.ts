import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { whyOf } from '../../monkey/doctor/why/why.ts';
import { type ManyPairs, parseView, type RawView } from '../../pool/parse-view.ts';
import { pulseOf } from '../../pool/pulse.ts';
import { poolKeys } from '../../pool/redis/keys.ts';
import { cut, stretchesOf } from '../../pool/uncut.ts';
import type { PoolView } from '../../pool/view.ts';
import { withWholeBeats } from '../../pool/whole-beats.ts';
import { nodeRecord } from '../support/nodes.ts';
import { uncutOf } from '../support/uncut.ts';
import { beatOf } from '../support/view.ts';

const keys = poolKeys('web');
const nowMs = 1_795_345_100_000;
const record = (id: string, part = {}): string => JSON.stringify(nodeRecord(id, { sinceMs: nowMs - 90_000, ...part }));
const pulse = (id: string, share: number, finding: 'well' | 'sick' = 'well'): string =>
  pulseOf(beatOf(nodeRecord(id), { share }, { kind: finding, finding: 'cpu', because: 'so' } as never));

/** As they stand in Redis, whatever has put them there. */
interface Stored {
  readonly nodes: readonly string[];
  readonly seen: readonly string[];
  readonly pulses: readonly string[];
}

const raw = ({ nodes, seen, pulses }: Stored, as: (texts: readonly string[]) => ManyPairs): RawView => ({
  ...{ nowMs, readAtMs: 0, epoch: 'e', version: '7', head: 'c', admissionVersion: '3' },
  ...{ nodes: as(nodes), seen: as(seen), pulses: as(pulses), routers: [], lever: undefined, leader: undefined },
  ...{ policy: {}, live: ['http://web-1'] },
});

/** With maps of the same kind, so that what was read how makes no difference. */
const plainly = (view: PoolView) => ({
  ...view,
  nodes: [...view.nodes],
  beats: [...view.beats],
  seen: [...view.seen],
});

const ids = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6'];
const strange = fc.constantFrom(
  ...['', 'x', 'a\r\nb', '$5', '\r\n', '123', 'é✓', 'a"b', 'web-2', '["s",1,null,"well",null,null]', record('web-2')],
  ...[
    `x\r\n$5\r\nweb-9\r\n$${record('web-9').length}\r\n${record('web-9')}`,
    `${record('web-3')}\r\n$1\r\nx\r\n$0\r\n`,
  ],
);
const rarely = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });
const part = fc.record(
  {
    state: fc.constantFrom('serving', 'serving', 'serving', 'draining', 'lost', 'held', 'left', 'asleep'),
    because: fc.constantFrom('fine', 'geprüft ✓', 'said "so"'),
    session: rarely(fc.constantFrom('session-of-web-1'), fc.constantFrom('gone', '')),
    remedies: fc.array(
      fc.record({
        remedy: fc.constantFrom('reboot', 'restart-service', 'pray'),
        finding: fc.constant('cpu'),
        atMs: fc.integer({ min: nowMs - 7_200_000, max: nowMs }),
      }),
      { maxLength: 2 },
    ),
    incident: fc.constant('inc-1'),
  },
  { requiredKeys: [] },
);

const pairsOf = (value: (id: string) => fc.Arbitrary<string>) =>
  fc
    .tuple(...ids.map((id) => fc.tuple(rarely(fc.constant(id), strange), rarely(value(id), strange))))
    .map((pairs) => [...new Map(pairs)].flat());

const stored: fc.Arbitrary<Stored> = fc.record({
  nodes: pairsOf((id) => part.map((some) => record(id, some))),
  seen: pairsOf(() => fc.constantFrom(String(nowMs - 500), String(nowMs - 900_000), '1.5', 'inf', '-3', '007')),
  pulses: pairsOf((id) =>
    fc.oneof(
      fc
        .tuple(fc.double({ noNaN: true, min: 0, max: 2 }), fc.constantFrom('well', 'sick'))
        .map(([share, finding]) => pulse(id, share, finding as 'well')),
      fc.constantFrom('["s",1e999,null,"well",null,null]', '["é",1,2,"well","cpu","act"]', '["s",1,null,7]', '{}'),
    ),
  ),
});

test('what is read uncut is read as if it were cut, and why says the same of every node, whatever stands in Redis', () => {
  fc.assert(
    fc.property(stored, (texts) => {
      const whole = parseView(
        raw(texts, (all) => all),
        keys,
      );
      const lazy = parseView(raw(texts, uncutOf), keys);
      const whyBy = (view: PoolView, id: string) => {
        const node = view.nodes.get(id);
        const beats = { beats: new Map([['web-1', beatOf(nodeRecord('web-1'))]]), garbage: [] };
        return node && whyOf(withWholeBeats(view, beats), node, { incidents: [], viewAgeMs: 0 });
      };
      for (const id of [...ids, 'x', 'web-9']) expect(whyBy(lazy, id)).toEqual(whyBy(whole, id));
      expect(plainly(lazy)).toEqual(plainly(whole));
      expect([lazy.nodes.size, lazy.beats.size]).toEqual([whole.nodes.size, whole.beats.size]);
    }),
    { numRuns: 150 },
  );
});

test('texts are cut by their lengths, also where they hold line breaks', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(strange, fc.string({ unit: 'grapheme' }))), (texts) => {
      expect(cut(uncutOf(texts))).toEqual(texts);
    }),
  );
});

const shape = { value: '\\{(\\d+)\\}', kept: '$2,' };
const once = () => {
  const shapes = [shape];
  return () => shapes.pop();
};

test.each([
  ['a text that brings a pair with it', ['a', '{1}', 'b', 'x\r\n$1\r\nc\r\n$3\r\n{2}']],
  ['a pair of the wrong parts', ['a', '{1}', 'b', 'n', '{2}', 'x']],
  ['a line break that begins nothing', ['a', '{1}', 'b\r\n', '{2}']],
])('nothing is fitted where there is %s', (_, texts) => {
  expect(stretchesOf(uncutOf(texts), 1, once())).toBeUndefined();
});

test('what fits is kept in its order, between what does not', () => {
  const uncut = uncutOf(['a', 'x', 'b', '{1}', 'c', '{2}', 'd', 'é', 'e', '{3}', 'f', 'y']);
  expect(stretchesOf(uncut, 1, once())).toEqual([
    { kept: [], odd: ['a', 'x'] },
    { kept: [1, 2], odd: ['d', 'é'] },
    { kept: [3], odd: ['f', 'y'] },
  ]);
});
