import { formatMs, formatShare } from '../../../pool/units.ts';
import { memoryIn, memoryLines } from '../memory/told.ts';
import { type Detail, detailOf, listOf, numberOf, textOf } from './detail.ts';
import { code, words } from './words.ts';

/** Lists are for reading on a phone: what is beyond this many lines is counted, not shown. */
const listMost = 20;

/** `✓ status: 200 in 12 ms`, one line for each check (`detail.checks`, or the one in `detail.check`). */
export const checkLines = (detail: Detail): readonly string[] => {
  const one = detailOf(detail, 'check');
  return listed([...(one === undefined ? [] : [one]), ...listOf(detail, 'checks')], checkLine);
};

const checkLine = (check: Detail): string => {
  const name = words(textOf(check, 'name') ?? 'check');
  const seen = textOf(check, 'detail');
  return `${check['ok'] === true ? '✓' : '✗'} ${name}${seen === undefined ? '' : `: ${words(seen)}`}`;
};

/** `• minServing: 1 other node serves, at least 2 must`, one line for each veto. */
export const vetoLines = (detail: Detail): readonly string[] =>
  listed(listOf(detail, 'vetoes'), (veto) => {
    const because = textOf(veto, 'because');
    return `• ${words(textOf(veto, 'guard') ?? 'guard')}${because === undefined ? '' : `: ${words(because)}`}`;
  });

/** The boot that was and the boot that is: the proof of a reboot. */
export const bootLines = (detail: Detail): readonly string[] => {
  const before = textOf(detail, 'bootIdBefore');
  const after = textOf(detail, 'bootIdAfter');
  return [
    ...(before === undefined ? [] : [`boot before: ${code(before)}`]),
    ...(after === undefined ? [] : [`boot now: ${code(after)}`]),
  ];
};

/** What a node was busy with. Programs by name only: a command line may carry secrets. */
export const evidenceLines = (detail: Detail): readonly string[] => {
  const evidence = detailOf(detail, 'evidence') ?? detail;
  const busiest = listOf(evidence, 'topByCpu').slice(0, 5);
  const missing = evidence['missing'];
  const memory = memoryIn(evidence['memory']);
  return [
    ...(memory === undefined ? [] : memoryLines(memory).map((line) => `• ${words(line)}`)),
    ...profileLines(detailOf(evidence, 'profile')),
    ...busiest.map((line) => `• ${programOf(line)}${shareOf(line)}`),
    ...(Array.isArray(missing) && missing.length > 0
      ? [
          `not had: ${missing
            .filter((name) => typeof name === 'string')
            .map((name) => words(name, 80))
            .slice(0, 5)
            .join(', ')}`,
        ]
      : []),
  ];
};

/** `• 94 % in runaway, app/routes/spin.ts:12 (0 % when healthy)`, one line for each of the hottest own frames. */
const profileLines = (profile: Detail | undefined): readonly string[] => {
  if (profile === undefined) return [];
  const hottest = listOf(profile, 'hottest').slice(0, 3);
  const cut = textOf(profile, 'cut');
  return [
    ...hottest.map((line) => {
      const healthy = numberOf(line, 'healthyShare');
      const before = healthy === undefined ? '' : ` (${formatShare(healthy)} when healthy)`;
      return `• ${formatShare(numberOf(line, 'share') ?? 0)} in ${code(textOf(line, 'frame') ?? '?')}${before}`;
    }),
    ...(hottest.length === 0 ? ['nothing of its own code stands out'] : []),
    ...(cut === undefined ? [] : [`the profile was cut: ${words(cut)}`]),
  ];
};

const programOf = (line: Detail): string => {
  const program = (textOf(line, 'command') ?? '?').trim().split(/\s+/)[0] ?? '?';
  return code(program.split('/').at(-1) ?? program);
};
const shareOf = (line: Detail): string => {
  const share = numberOf(line, 'cpuShare');
  return share === undefined ? '' : ` ${formatShare(share)} of a core`;
};

const durations = {
  outMs: 'out for',
  awayMs: 'away for',
  tookMs: 'took',
  ms: 'took',
  silentForMs: 'silent for',
  totalMs: 'in all',
} as const;

/** `away for 42s`, from whatever durations the detail has; each wording once. */
export const durationWords = (detail: Detail): readonly string[] => {
  const found = Object.entries(durations).flatMap(([key, meaning]) => {
    const ms = numberOf(detail, key);
    return ms === undefined || ms < 0 ? [] : [`${meaning} ${formatMs(ms)}`];
  });
  return [...new Set(found)];
};

const listed = (items: readonly Detail[], line: (item: Detail) => string): readonly string[] => [
  ...items.slice(0, listMost).map(line),
  ...(items.length > listMost ? [`… and ${items.length - listMost} more`] : []),
];
