import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lazyNodes, neighboursOf } from '../../pool/lazy-nodes.ts';
import type { Neighbour } from '../../pool/neighbour.ts';
import { isGarbage, parseRecord } from '../../pool/parse-record.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { Garbage } from '../../pool/view.ts';
import { nodeRecord } from '../support/nodes.ts';
import { uncutOf } from '../support/uncut.ts';

const read = (id: string, json: string): NodeRecord | Garbage => parseRecord('k', id, json);

/** By reading each text whole, and lazily. */
const both = (pairs: readonly (readonly [id: string, json: string])[]) => {
  const whole = pairs.map(([id, json]) => read(id, json));
  const garbage: Garbage[] = [];
  return {
    records: whole.filter((one): one is NodeRecord => !isGarbage(one)),
    broken: whole.filter(isGarbage),
    lazy: lazyNodes(uncutOf(pairs.flat()), read, garbage) ?? new Map<string, NodeRecord>(),
    garbage,
  };
};

const asked = ({
  id,
  state,
  session,
  sinceMs,
  stepDeadlineMs,
  incident,
  purpose,
  heldBy,
  remedies = [],
}: Neighbour) => ({
  ...{ id, state, session, sinceMs, stepDeadlineMs, incident, purpose, heldBy, remedies },
});

const times = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, 1.5, 1e15, 2 ** 53 - 1, 1_795_345_100_000),
  fc.double({ noNaN: true }),
);
const texts = fc.oneof(
  fc.string(),
  fc.constantFrom('web', 'é', 'a"b', 'a\\', '', '"session":"', '"sinceMs":7,', '\ud800'),
);
const begun = fc.record({
  remedy: fc.constantFrom('reboot', 'restart-service', 'stop-start', 'pray'),
  finding: fc.oneof(fc.constantFrom('cpu', 'oom-kills', 'a]b', ''), texts),
  atMs: times,
});
/** Fields as commits write them, and as they never would. */
const fields = fc.record(
  {
    ...{ state: fc.constantFrom('serving', 'held', 'draining', 'checking', 'left', 'asleep'), sinceMs: times },
    ...{ because: texts, session: texts, weight: fc.oneof(fc.constantFrom(1, 0, 0.5, 2), times), relapses: times },
    ...{ treatmentTimes: fc.array(times, { maxLength: 3 }), remedies: fc.array(begun, { maxLength: 3 }) },
    ...{ readmittedMs: times, busy: fc.nat(), servingSinceMs: times, version: times, commit: texts },
    ...{ incident: texts, heldBy: texts, stepDeadlineMs: times, purpose: fc.constantFrom('treat', 'hold', 'nap') },
    ...{ schema: fc.constantFrom(1, 2), url: texts, ofTomorrow: fc.jsonValue() },
  },
  { requiredKeys: [] },
);
const mostlyUsual = fc.oneof(
  { weight: 3, arbitrary: fc.record({ sinceMs: fc.nat(), because: fc.constantFrom('ok', 'fine [3 of 3]') }) },
  { weight: 2, arbitrary: fields },
);

/** The text as it is, or with one place of it changed. */
const mutilated = (json: string) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(json) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.nat(json.length),
          fc.nat(3),
          fc.constantFrom('', '"', ',', '}', '{', '0', '-', '\\', ' ', '\n', 'é', ']'),
        )
        .map(([at, cut, put]) => json.slice(0, at) + put + json.slice(at + cut)),
    },
  );

const pool = fc
  .array(mostlyUsual, { minLength: 1, maxLength: 8 })
  .map((all) =>
    all.map((some, index) => {
      const usual = nodeRecord(`web-${index}`);
      return JSON.stringify({ ...usual, ...some, id: usual.id, version: index + 1, ...some });
    }),
  )
  .chain((jsons) => fc.tuple(...jsons.map(mutilated)))
  .map((jsons) => jsons.map((json, index) => [`web-${index}`, json] as const));

test('whatever stands in Redis, it is read as by reading all of it', () => {
  fc.assert(
    fc.property(pool, (pairs) => {
      const { records, broken, lazy, garbage } = both(pairs);
      expect(garbage).toEqual(broken);
      expect(neighboursOf(lazy).map(asked)).toEqual(records.map(asked));
      expect([...lazy.values()]).toEqual(records);
      expect([...lazy.keys()]).toEqual(records.map(({ id }) => id));
      expect([lazy.size, lazy.has('web-0')]).toEqual([records.length, records[0]?.id === 'web-0']);
    }),
    { numRuns: 1_000 },
  );
});

test('reads the rest of an ordinary record only when it is asked for', () => {
  const pairs = ['a', 'b', 'c'].flatMap((id) => [id, JSON.stringify(nodeRecord(id))]);
  const readWhole: string[] = [];
  const nodes = lazyNodes(
    uncutOf(pairs),
    (id, json) => {
      readWhole.push(id);
      return read(id, json);
    },
    [],
  );
  if (nodes === undefined) throw new Error('they were not fitted');
  expect(neighboursOf(nodes).map(({ id, session }) => [id, session])).toEqual(
    ['a', 'b', 'c'].map((id) => [id, `session-of-${id}`]),
  );
  expect(readWhole).toEqual(['a']);
  expect(nodes.get('c')).toEqual(nodeRecord('c'));
  expect([nodes.get('c'), nodes.get('nobody')]).toEqual([nodes.get('c'), undefined]);
  expect(readWhole).toEqual(['a', 'c']);
});

test('leaves a record that is kept under the name of another to the whole reading', () => {
  const { lazy, garbage } = both([
    ['a', JSON.stringify(nodeRecord('a'))],
    ['b', JSON.stringify(nodeRecord('a'))],
    ['bb', JSON.stringify(nodeRecord('b'))],
  ]);
  expect([...lazy.keys()]).toEqual(['a']);
  expect(garbage.map(({ field, because }) => [field, because])).toEqual([
    ['b', 'id is not the one that it is kept under'],
    ['bb', 'id is not the one that it is kept under'],
  ]);
});

test('finds many that are asked for, one after the other, and among them those with another beginning', () => {
  const ids = Array.from({ length: 60 }, (_, at) => `web-${at}`);
  const pairs = ids.map(
    (id, at) => [id, JSON.stringify(nodeRecord(id, at % 7 === 3 ? { heldBy: 'ann' } : {}))] as const,
  );
  const { lazy } = both([...pairs, ['web-60', 'web-5'], ['web-61', '{"schema":1,"id":"web-61"']]);
  expect(ids.map((id) => lazy.get(id)?.id)).toEqual(ids);
  expect(['web-60', 'web-61', 'web-5\r\n', ''].map((id) => lazy.get(id))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('is no reading where a name could be taken for a record', () => {
  const odd = JSON.stringify(nodeRecord('a'));
  expect(lazyNodes(uncutOf(['a', odd, 'x', 'b', JSON.stringify(nodeRecord('b')), odd]), read, [])).toBeUndefined();
});
