import { expect, test } from '@jest/globals';
import { healOf, reportOf, type Seen } from '../../../../monkey/cli/demo/report.ts';
import type { Incident } from '../../../../pool/store.ts';

const check = (name: string, ok: boolean) => ({
  step: 'check',
  atMs: 1_400,
  because: name,
  detail: { name, ok, detail: 'seen' },
});

const incident: Incident = {
  id: 'inc-1',
  node: 'i-1',
  openedMs: 1_000,
  outcome: 'healed',
  entries: [
    { step: 'found', atMs: 1_000, because: 'CPU 99%' },
    { step: 'draining', atMs: 1_000, because: 'out' },
    {
      ...{ step: 'evidence', atMs: 1_100, because: 'taken while draining' },
      detail: { profile: { hottest: [{ share: 0.94, frame: 'runaway, app/routes/spin.ts:12', healthyShare: 0 }] } },
    },
    { step: 'rebooting', atMs: 1_100, because: 'still hot' },
    { step: 'rebooted', atMs: 1_300, because: 'new boot', detail: { bootIdBefore: 'a', bootIdAfter: 'b' } },
    check('content', true),
    check('status', true),
    check('address', true),
    { step: 'back', atMs: 1_500, because: 'all passed', outcome: 'healed' },
  ],
};

const heal = healOf(incident, 'stress', 900) ?? ({} as never);

const seen: Seen = {
  durationMs: 60_000,
  load: { sent: 10, ok: 10, failed: 0, p50Ms: 1, p99Ms: 2, failures: [] },
  retried: 1,
  heals: [heal],
  played: [{ act: 'stress', node: 'i-1' }],
  slackMessages: 8,
  toldActs: ['stress'],
  live: ['http://127.0.0.1:1'],
  urls: ['http://127.0.0.1:1'],
  refusals: [],
  allHot: { act: 'load on every node', refusals: ['i-2 is sick and is not treated'], treated: [] },
};

test('tells a heal with its boot ids, its steps from the start of the demo, and its checks', () => {
  expect(heal).toMatchObject({
    node: 'i-1',
    act: 'stress',
    finding: 'CPU 99%',
    outcome: 'healed',
    bootIdBefore: 'a',
    bootIdAfter: 'b',
  });
  expect(heal.steps).toEqual([
    { name: 'found', atMs: 100, ms: 0 },
    { name: 'draining', atMs: 100, ms: 100 },
    { name: 'rebooting', atMs: 200, ms: 200 },
    { name: 'rebooted', atMs: 400, ms: 200 },
    { name: 'back', atMs: 600, ms: 0 },
  ]);
  expect(heal.checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['content', true],
    ['status', true],
    ['address', true],
  ]);
});

test('tells the hottest frames of the app, and none where there was no profile', () => {
  expect(heal.hottest).toEqual([{ share: 0.94, frame: 'runaway, app/routes/spin.ts:12' }]);
  const without = { ...incident, entries: incident.entries.filter(({ step }) => step !== 'evidence') };
  expect(healOf(without, 'stress', 0)?.hottest).toEqual([]);
});

test.each<[string, Partial<Incident>]>([
  ['did not end in health', { outcome: 'busy' }],
  ['is still open', { outcome: undefined as never }],
  ['has no proven reboot', { entries: incident.entries.filter(({ step }) => step !== 'rebooted') }],
])('is no heal where the incident %s', (_what, change) => {
  expect(healOf({ ...incident, ...change }, 'stress', 0)).toBeUndefined();
});

test('is ok where all that it claims was seen', () => {
  expect(reportOf(seen)).toMatchObject({
    ok: true,
    missing: [],
    requests: { failed: 0, retried: 1 },
    slack: { messages: 8 },
  });
});

test.each<[string, Partial<Seen>, string]>([
  ['a request failed', { load: { ...seen.load, failed: 1, failures: ['reset'] } }, '1 requests failed: reset'],
  ['the client sent nothing', { load: { ...seen.load, sent: 0 } }, 'the client sent nothing'],
  ['a node was not healed', { heals: [] }, 'i-1 was not healed in "stress"'],
  [
    'nobody said why',
    { allHot: { act: 'load', refusals: [], treated: [] } },
    'Slack was not told why nobody is rebooted',
  ],
  [
    'a node was rebooted for load',
    { allHot: { act: 'load', refusals: ['x'], treated: ['i-1'] } },
    'i-1 was treated for "load"',
  ],
  ['too few checks were made', { heals: [{ ...heal, checks: heal.checks.slice(1) }] }, 'fewer than 3 checks'],
  ['Slack was not told', { toldActs: [] }, 'Slack was not told'],
  ['a node is not back in the live list', { live: [] }, 'not in the live list exactly once'],
  ['a node is listed twice', { live: [...seen.live, ...seen.live] }, 'not in the live list exactly once'],
])('is not ok where %s', (_what, change, words) => {
  const report = reportOf({ ...seen, ...change });
  expect(report.ok).toBe(false);
  expect(report.missing.join('\n')).toContain(words);
});
