/** What the demo saw, as `--report FILE` writes it. Everything in it was observed; nothing is taken for granted. */
import type { Incident } from '../../../pool/store.ts';
import { detailOf, listOf, numberOf } from '../../doctor/report/detail.ts';
import type { AllHot } from './all-hot.ts';
import type { LoadCounts } from './load.ts';

export interface Report {
  /** All that the demo claims was observed. */
  readonly ok: boolean;
  /** What was not; empty when `ok`. */
  readonly missing: readonly string[];
  readonly durationMs: number;
  readonly requests: {
    readonly sent: number;
    readonly ok: number;
    readonly failed: number;
    /** By the proxy; the client never retries. */
    readonly retried: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly failures: readonly string[];
  };
  readonly heals: readonly Heal[];
  readonly slack: { readonly messages: number };
  readonly pool: { readonly live: readonly string[] };
  readonly refusals: readonly string[];
  /** All nodes hot at once: who was treated all the same, and what Slack was told. */
  readonly allHot: AllHot;
}

/** One completed reboot: taken out, rebooted with a new boot id, checked, back. */
export interface Heal {
  readonly node: string;
  readonly act: string;
  readonly finding: string;
  readonly outcome: string;
  readonly bootIdBefore: string;
  readonly bootIdAfter: string;
  /** `atMs` counts from the demo's start, `ms` to the step that followed. */
  readonly steps: readonly { readonly name: string; readonly atMs: number; readonly ms: number }[];
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  /** The hottest frames of the app's own code while it was drained, with their shares; empty where no profile was had. */
  readonly hottest: readonly { readonly share: number; readonly frame: string }[];
}

/** An act as it was played: which node was made sick, by what. */
export interface Played {
  readonly act: string;
  readonly node: string;
}

/** The heal that an incident tells of; undefined where it did not end in a proven reboot and a return. */
export const healOf = (incident: Incident, act: string, startedMs: number): Heal | undefined => {
  const found = incident.entries.find(({ step }) => step === 'found');
  const rebooted = incident.entries.find(({ step }) => step === 'rebooted')?.detail;
  const before = rebooted?.['bootIdBefore'];
  const after = rebooted?.['bootIdAfter'];
  if (incident.outcome !== 'healed' || typeof before !== 'string' || typeof after !== 'string' || before === after)
    return undefined;
  return {
    node: incident.node,
    act,
    finding: found?.because ?? '',
    outcome: incident.outcome,
    bootIdBefore: before,
    bootIdAfter: after,
    steps: stepsOf(incident, startedMs),
    checks: incident.entries.filter(({ step }) => step === 'check').map(({ detail }) => checkOf(detail)),
    hottest: hottestIn(incident),
  };
};

const stepsOf = ({ entries }: Incident, startedMs: number): Heal['steps'] =>
  entries
    .filter(({ step }) => step !== 'check' && step !== 'evidence')
    .map(({ step, atMs }, index, steps) => ({
      name: step,
      atMs: atMs - startedMs,
      ms: (steps[index + 1]?.atMs ?? atMs) - atMs,
    }));

const hottestIn = ({ entries }: Incident): Heal['hottest'] => {
  const profile = detailOf(entries.find(({ step }) => step === 'evidence')?.detail ?? {}, 'profile');
  return listOf(profile ?? {}, 'hottest').map((one) => ({
    share: numberOf(one, 'share') ?? 0,
    frame: textIn(one, 'frame'),
  }));
};

const checkOf = (detail: Readonly<Record<string, unknown>> | undefined): Heal['checks'][number] => ({
  name: textIn(detail, 'name'),
  ok: detail?.['ok'] === true,
  detail: textIn(detail, 'detail'),
});

const textIn = (detail: Readonly<Record<string, unknown>> | undefined, key: string): string => {
  const text = detail?.[key];
  return typeof text === 'string' ? text : '';
};

export interface Seen {
  readonly durationMs: number;
  readonly load: LoadCounts;
  readonly retried: number;
  readonly heals: readonly Heal[];
  readonly played: readonly Played[];
  readonly slackMessages: number;
  /** Acts whose heal is told in one Slack thread, from the finding to the return. */
  readonly toldActs: readonly string[];
  readonly live: readonly string[];
  readonly urls: readonly string[];
  readonly refusals: readonly string[];
  readonly allHot: AllHot;
}

/** Fewest checks that a heal must have passed. */
const fewestChecks = 3;

export const reportOf = (seen: Seen): Report => {
  const missing = missingOf(seen);
  return {
    ok: missing.length === 0,
    missing,
    durationMs: Math.round(seen.durationMs),
    requests: { ...seen.load, retried: seen.retried },
    heals: seen.heals,
    slack: { messages: seen.slackMessages },
    pool: { live: seen.live },
    refusals: seen.refusals,
    allHot: seen.allHot,
  };
};

/** Everything that the demo claims and that was not seen, in words. */
const missingOf = ({ load, heals, played, toldActs, live, urls, allHot }: Seen): readonly string[] => [
  ...(load.sent > 0 ? [] : ['the client sent nothing']),
  ...(load.failed === 0 ? [] : [`${String(load.failed)} requests failed: ${load.failures.slice(0, 3).join(' | ')}`]),
  ...played.flatMap(({ act, node }) => missingOfAct(act, node, heals)),
  ...played
    .filter(({ act }) => !toldActs.includes(act))
    .map(({ act }) => `Slack was not told the whole story of "${act}"`),
  ...(allHot.refusals.length > 0 ? [] : [`Slack was not told why nobody is rebooted for "${allHot.act}"`]),
  ...allHot.treated.map((node) => `${node} was treated for "${allHot.act}"`),
  ...urls
    .filter((url) => live.filter((one) => one === url).length !== 1)
    .map((url) => `${url} is not in the live list exactly once`),
];

const missingOfAct = (act: string, node: string, heals: readonly Heal[]): readonly string[] => {
  const heal = heals.find((one) => one.act === act && one.node === node);
  if (heal === undefined) return [`${node} was not healed in "${act}"`];
  return heal.checks.filter(({ ok }) => ok).length >= fewestChecks
    ? []
    : [`${node} came back with fewer than ${String(fewestChecks)} checks passed`];
};
