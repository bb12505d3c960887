import { expect, test } from '@jest/globals';
import { type CureRate, curesIn } from '../../../../monkey/doctor/report/cures.ts';
import type { IncidentOutcome } from '../../../../pool/commit.ts';
import type { Remedy } from '../../../../pool/record.ts';
import type { Incident } from '../../../../pool/store.ts';

const hour = 3_600_000;
const nowMs = 1_000 * hour;
let ids = 0;

/** An incident that began so many hours ago and lasted one of them. */
const incident = (
  hoursAgo: number,
  remedies: readonly Remedy[],
  outcome: IncidentOutcome | 'open' = 'healed',
  { finding = 'memory', node = 'web-1' } = {},
): Incident => {
  ids += 1;
  const openedMs = nowMs - hoursAgo * hour;
  return {
    id: `inc-${ids}`,
    node,
    openedMs,
    ...(outcome === 'open' ? {} : { outcome }),
    entries: [
      { step: 'found', because: 'x', detail: { finding }, atMs: openedMs },
      ...remedies.map((remedy) => ({ step: 'begun', because: 'x', detail: { remedy, finding }, atMs: openedMs })),
      { step: 'over', because: 'x', atMs: openedMs + hour },
    ],
  };
};

const rate = (finding: string, remedy: Remedy, counts: Partial<CureRate>): CureRate => ({
  ...{ finding, remedy, tried: 1, cured: 0, relapsed: 0, failed: 0, open: 0 },
  ...counts,
});
const cures = (...incidents: readonly Incident[]) => curesIn(incidents, nowMs);

test('a healed node that stays well for a day was cured', () => {
  expect(cures(incident(25, ['reboot']))).toEqual([rate('memory', 'reboot', { cured: 1 })]);
});

test('until the day is over nobody knows', () => {
  expect(cures(incident(24.9, ['reboot']))).toEqual([rate('memory', 'reboot', { open: 1 })]);
});

test('the same finding on the same node within a day is a relapse, at once', () => {
  expect(cures(incident(3, ['restart-service']), incident(1, [], 'open'))).toEqual([
    rate('memory', 'restart-service', { relapsed: 1 }),
  ]);
});

test.each([
  ['of another node', { node: 'web-2' }],
  ['of another finding', { finding: 'cpu' }],
])('an incident %s is no relapse', (_, other) => {
  expect(cures(incident(50, ['reboot']), incident(40, [], 'busy', other))).toEqual([
    rate('memory', 'reboot', { cured: 1 }),
  ]);
});

test('one after more than a day is none either', () => {
  expect(cures(incident(50, ['reboot']), incident(24, [], 'busy'))).toEqual([rate('memory', 'reboot', { cured: 1 })]);
});

test('a remedy that another had to follow has failed', () => {
  expect(cures(incident(100, ['restart-service', 'reboot']))).toEqual([
    rate('memory', 'restart-service', { failed: 1 }),
    rate('memory', 'reboot', { cured: 1 }),
  ]);
});

test('a remedy by which a controller went on with a quarantined node has the credit, not the one before it', () => {
  expect(cures(incident(100, ['reboot', 'stop-start'], 'healed', { finding: 'check' }))).toEqual([
    rate('check', 'reboot', { failed: 1 }),
    rate('check', 'stop-start', { cured: 1 }),
  ]);
});

test('an incident that began with silence is of what its treatment says', () => {
  const { entries, ...rest } = incident(100, ['reboot'], 'healed', { finding: 'silent' });
  const lost = { step: 'lost', because: 'x', atMs: entries[0]!.atMs };
  expect(cures({ ...rest, entries: [lost, ...entries.slice(1)] })).toEqual([rate('silent', 'reboot', { cured: 1 })]);
});

test('asking again for the same remedy is no other attempt', () => {
  expect(cures(incident(100, ['reboot', 'reboot', 'reboot']))).toEqual([rate('memory', 'reboot', { cured: 1 })]);
});

test.each([
  ['quarantined', 'failed'],
  ['lost', 'failed'],
  ['returned', 'failed'],
  ['held', 'open'],
  ['left', 'open'],
  ['open', 'open'],
] as const)('an incident that ended as %s makes its remedy %s', (outcome, fate) => {
  expect(cures(incident(100, ['reboot'], outcome))).toEqual([rate('memory', 'reboot', { [fate]: 1 })]);
});

test('what had no remedy, no finding or nothing at all is not counted', () => {
  expect(cures(incident(100, [], 'busy'))).toEqual([]);
  expect(cures({ id: 'silent-1', node: 'web-1', openedMs: 1, entries: [] })).toEqual([]);
});

test('it counts by finding and remedy, which are told in the order of the ladder', () => {
  const told = cures(
    incident(100, ['reboot'], 'healed', { finding: 'oom', node: 'a' }),
    incident(100, ['restart-service'], 'healed', { finding: 'oom', node: 'b' }),
    incident(100, ['reboot'], 'quarantined', { finding: 'cpu', node: 'c' }),
    incident(100, ['reboot'], 'healed', { finding: 'cpu', node: 'd' }),
  );
  expect(told).toEqual([
    rate('cpu', 'reboot', { tried: 2, cured: 1, failed: 1 }),
    rate('oom', 'restart-service', { cured: 1 }),
    rate('oom', 'reboot', { cured: 1 }),
  ]);
});
