/** What was found of a node beside its incident: told in lines, or drawn. */
import { writeFile } from 'node:fs/promises';
import type { Incident } from '../../pool/store.ts';
import { formatMs, formatShare } from '../../pool/units.ts';
import { hottestOwn, samplesIn, samplesText } from '../doctor/evidence/hottest.ts';
import { type KeptEvidence, type KeptProfile, readEvidence, stacksOf } from '../doctor/evidence/kept.ts';
import { memoryIn, memoryLines } from '../doctor/memory/told.ts';
import { CommandFailed, Exit, type Io } from './command.ts';
import { taken } from './flame-fold.ts';
import type { OpenPool } from './pool-command.ts';
import { harmless, paint, type Screen } from './print.ts';

export const drawnFormats = ['svg', 'folded'] as const;

export interface DrawOptions {
  /** Where to: a file, or `-`. */
  readonly flame?: string;
  readonly diff?: string;
  readonly format: (typeof drawnFormats)[number];
}

export const evidenceOf = async ({ store, limits }: OpenPool, { id }: Incident): Promise<KeptEvidence | undefined> => {
  const json = await store.evidence(id, limits());
  return json === undefined ? undefined : readEvidence(json);
};

/**
 * Writes the picture that was asked for.
 * @throws CommandFailed where nothing is kept to draw
 */
export const draw = async (
  io: Io,
  { id }: Incident,
  evidence: KeptEvidence | undefined,
  options: DrawOptions,
): Promise<void> => {
  const { flame, diff, format } = options;
  if (evidence === undefined)
    throw new CommandFailed(
      `no evidence of ${id} is kept: none was taken, or a hundred incidents have had some since`,
      Exit.bad,
    );
  if (evidence.profile === undefined)
    throw new CommandFailed(
      `there is no profile in the evidence of ${id}: ${evidence.missing.join('; ') || 'none was wanted'}`,
      Exit.bad,
    );
  const pictures = await import('../flame/kept-pictures.ts');
  if (flame !== undefined) {
    const answer = format === 'folded' ? foldedOf(evidence.profile) : (pictures.evidencePicture(evidence) ?? '');
    await give(io, flame, answer);
  }
  if (diff === undefined) return;
  const difference = pictures.differencePicture(evidence);
  if (difference === undefined)
    throw new CommandFailed(`there is no profile of a healthy node in the evidence of ${id} to compare with`, Exit.bad);
  await give(io, diff, difference);
};

const foldedOf = (profile: KeptProfile): string =>
  [...stacksOf(profile)].map(([stack, samples]) => `${stack} ${samples}\n`).join('');

const give = async (io: Io, file: string, answer: string): Promise<void> => {
  if (file === '-') return taken(io.out, Buffer.from(answer));
  try {
    await writeFile(file, answer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailed(`${file} can't be written: ${code ?? String(error)}`, Exit.unreachable, { cause: error });
  }
};

const journalLinesMost = 10;

/** What stands below the steps of an incident. */
export const evidenceLines = (
  incident: Incident,
  evidence: KeptEvidence | undefined,
  screen: Screen,
): readonly string[] => [
  ...memoryOf(incident, screen),
  ...(evidence === undefined ? [] : keptLines(incident, evidence, screen)),
];

/** Who was killed, who has the memory and who grew: told with the step itself, so that it stays as long as the story. */
const memoryOf = ({ entries }: Incident, screen: Screen): readonly string[] => {
  const memory = memoryIn(entries.findLast(({ step }) => step === 'evidence')?.detail?.['memory']);
  if (memory === undefined) return [];
  return ['', paint('Memory:', 'bold', screen), ...memoryLines(memory).map((line) => `  ${harmless(line)}`)];
};

const keptLines = ({ id }: Incident, evidence: KeptEvidence, screen: Screen): readonly string[] => {
  const { profile, healthy, journal, oom, missing } = evidence;
  const heading = (text: string): string => paint(harmless(text), 'bold', screen);
  return [
    ...(profile === undefined
      ? []
      : ['', heading(`Profile: ${profileWords(profile)}`), ...hotLines(profile, healthy?.profile)]),
    ...(profile === undefined ? [] : [`  monkey incidents ${harmless(id)} --flame FILE.svg draws it`]),
    ...(healthy === undefined
      ? []
      : [`  --diff FILE.svg draws how it differs from ${harmless(healthy.node)} when that was healthy`]),
    ...(oom === undefined ? [] : ['', heading('Memory ran out:'), ...oom.lines.map((line) => `  ${harmless(line)}`)]),
    ...(journal === undefined
      ? []
      : [
          '',
          heading(`${journal.of}, its last lines:`),
          ...journal.lines.slice(-journalLinesMost).map((line) => `  ${harmless(line)}`),
        ]),
    ...(missing.length === 0 ? [] : ['', ...missing.map((what) => `not had: ${harmless(what)}`)]),
  ];
};

const profileWords = (profile: KeptProfile): string => {
  const { of, seconds, hz, by, cut } = profile;
  const samples = samplesText(samplesIn(stacksOf(profile)));
  return `${of}, ${formatMs(Math.round(seconds * 1_000))} at ${hz} Hz by ${by}, ${samples}${cut === undefined ? '' : `, cut: ${cut}`}`;
};

const hotLines = (profile: KeptProfile, healthy: KeptProfile | undefined): readonly string[] => {
  const like = healthy?.by === profile.by ? stacksOf(healthy) : undefined;
  return hottestOwn(stacksOf(profile), profile.by, like).map(({ share, frame, healthyShare }) => {
    const before = healthyShare === undefined ? '' : ` (${formatShare(healthyShare)} when healthy)`;
    return `  ${formatShare(share).padStart(6)} in ${harmless(frame)}${before}`;
  });
};
