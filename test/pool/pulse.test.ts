import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBeat } from '../../monkey/doctor/vitals/read-beat.ts';
import { toldBy } from '../../monkey/doctor/vitals/told.ts';
import { parsePulse, pulseOf } from '../../pool/pulse.ts';
import type { Beat } from '../../pool/view.ts';
import { policyOf } from '../support/view.ts';

const some = fc.jsonValue();
const or = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: some });
const parts = <T>(of: Record<string, fc.Arbitrary<T>>) => or(fc.record(of, { requiredKeys: [] }));

/** What agents tell, and what they never would. */
const vitals = fc.record(
  {
    vitals: parts({
      cpu: parts({
        ...{ kind: or(fc.constantFrom('measured', 'unknown')), source: or(fc.constant('host')) },
        ...{ share: or(fc.double()), busiestThreadShare: or(fc.double()), because: or(fc.string()) },
      }),
      memory: some,
    }),
    finding: parts({
      ...{ kind: or(fc.constantFrom('well', 'sick', 'unknown')), finding: or(fc.constant('cpu')) },
      because: or(fc.string()),
    }),
    mode: or(fc.constantFrom('act', 'observe')),
  },
  { requiredKeys: [] },
);

const pulse = (beat: Beat): Beat => {
  const read = parsePulse(beat.node, pulseOf(beat));
  if (read.kind === 'unreadable') throw new Error(`unreadable: ${pulseOf(beat)}`);
  return read.value;
};

/** All but why the agent has found what it found, which pulses leave out. */
const toldOf = (beat: Beat) => {
  const pool = { beats: new Map([['a', beat]]), seen: new Map([['a', 1]]), nowMs: 2 };
  const read = readBeat(pool, { id: 'a', session: 's' }, policyOf());
  return {
    mode: toldBy(beat).mode,
    read: read.kind === 'unknown' ? read : { ...read, finding: { ...read.finding, because: '' } },
  };
};

test('a pulse tells of a node what the whole beat tells, whatever that is', () => {
  fc.assert(
    fc.property(vitals, fc.constantFrom('s', 'another'), (told, session) => {
      // What has gone through Redis has been JSON.
      const beat = JSON.parse(JSON.stringify({ node: 'a', session, vitals: told })) as Beat;
      expect(toldOf(pulse(beat))).toEqual(toldOf(beat));
    }),
    { numRuns: 2_000 },
  );
});

test('is small where the agent tells what agents tell', () => {
  const cpu = { kind: 'measured', share: 0.25, busiestThreadShare: 0.5, source: 'host', overMs: 1_000 };
  const finding = { kind: 'well', because: 'CPU 25%' };
  expect(pulseOf({ session: 's', vitals: { vitals: { cpu, memory: {} }, finding, mode: 'act' } })).toBe(
    '["s",0.25,0.5,"well",null,"act"]',
  );
});

test.each(['', 'null', '7', '[]', '{}', '["s"]', '["s","hot",null,"well",null,null]', '{"session":1,"vitals":{}}'])(
  'that is %j cannot be read',
  (text) => {
    expect(parsePulse('a', text).kind).toBe('unreadable');
  },
);
