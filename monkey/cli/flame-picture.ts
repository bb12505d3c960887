/** A capture, as people or programs want it: a picture, or one of the formats that other tools read. */
import type { Captured } from '../doctor/ports/profiler.ts';
import type { Profile } from '../flame/profile.ts';
import { profileOfStacks } from '../flame/profile-of-stacks.ts';
import type { Palette } from '../flame/svg/colours.ts';
import { flameGraph } from '../flame/svg/flame-graph.ts';
import { CommandFailed, Exit, type Io } from './command.ts';
import { type LookOptions, lookOf } from './flame-svg.ts';

export const pictureFormats = ['svg', 'png', 'folded', 'speedscope', 'pprof'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

export interface PictureOptions extends LookOptions {
  readonly output: string;
  readonly format?: PictureFormat;
  readonly colors: Palette;
}

const converterMs = 20_000;

/** @throws CommandFailed where a terminal would be filled with a picture */
export const formatOf = (
  { format, output }: Pick<PictureOptions, 'format' | 'output'>,
  out: Pick<NodeJS.WriteStream, 'isTTY'>,
): PictureFormat => {
  const named = format ?? byName(output);
  if (output === '-' && out.isTTY && named !== 'folded')
    throw new CommandFailed(`stdout is a terminal: say where to with --output FILE, or --format folded`, Exit.usage);
  return named;
};

const byName = (output: string): PictureFormat => {
  if (output.endsWith('.png')) return 'png';
  if (output.endsWith('.folded') || output.endsWith('.txt')) return 'folded';
  if (output.endsWith('.json')) return 'speedscope';
  return output.endsWith('.pprof') || output.endsWith('.pb') ? 'pprof' : 'svg';
};

/** @throws CommandFailed where no PNG can be made */
export const drawnAs = async (
  format: PictureFormat,
  captured: Captured,
  options: PictureOptions,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<Uint8Array> => {
  const profile = profileOfStacks(captured.stacks);
  switch (format) {
    case 'svg':
      return Buffer.from(svgOf(captured, profile, options));
    case 'png': {
      const { toPng } = await import('../flame/svg/to-png.ts');
      const limits = { deadlineMs: converterMs, ...(signal.aborted ? {} : { signal }) };
      const png = await toPng(svgOf(captured, profile, options), env['PATH'] ?? '', limits);
      if (png.kind === 'none') throw new CommandFailed(png.because, Exit.unreachable);
      return png.bytes;
    }
    case 'folded': {
      const { foldedLines } = await import('../flame/perf/sorted-lines.ts');
      return Buffer.from([...foldedLines(profile.tree)].join(''), 'latin1');
    }
    case 'speedscope':
      return Buffer.from((await import('../flame/formats/speedscope.ts')).writeSpeedscope(profile, captured.of));
    case 'pprof':
      return (await import('../flame/formats/pprof.ts')).writePprof(profile);
  }
};

const svgOf = ({ of, by, seconds, hz, cut }: Captured, profile: Profile, options: PictureOptions): string => {
  const told = `${seconds.toFixed(1)} s at ${hz} Hz by ${by}${cut === undefined ? '' : `, cut: ${cut}`}`;
  return flameGraph(profile, {
    ...lookOf({ ...options, subtitle: options.subtitle === '' ? told : options.subtitle }, of),
    palette: options.colors,
    minWidth: options.minwidth,
    countName: 'samples',
  });
};
