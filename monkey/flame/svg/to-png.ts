/** A picture for where no SVG is shown, by whichever converter this machine has. */
import { spawn } from 'node:child_process';
import type { Limits } from '../../../pool/store.ts';

export type Png =
  | { readonly kind: 'png'; readonly bytes: Buffer }
  | { readonly kind: 'none'; readonly because: string };

/** Each reads an SVG from stdin and writes a PNG to stdout; the first that is installed and can do it is used. */
const converters: readonly (readonly string[])[] = [
  ['rsvg-convert', '--format', 'png'],
  ['resvg', '-', '-c'],
  ['magick', 'svg:-', 'png:-'],
  ['convert', 'svg:-', 'png:-'],
  ['inkscape', '--pipe', '--export-type=png', '--export-filename=-'],
];

const mostBytes = 32 * 1024 * 1024;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Never rejects.
 * @param path PATH, where converters are looked for
 */
export const toPng = async (svg: string, path: string, limits: Limits): Promise<Png> => {
  const late = AbortSignal.timeout(Math.max(1, limits.deadlineMs));
  const signal = limits.signal === undefined ? late : AbortSignal.any([late, limits.signal]);
  const failed: string[] = [];
  for (const argv of converters) {
    if (signal.aborted) return { kind: 'none', because: 'there was no time to make a PNG' };
    const answer = await converted(argv, svg, path, signal);
    if (typeof answer !== 'string') return { kind: 'png', bytes: answer };
    if (answer !== 'missing') failed.push(`${argv[0] ?? ''}: ${answer}`);
  }
  return {
    kind: 'none',
    because:
      failed.length === 0
        ? 'a PNG needs one of rsvg-convert (Debian: librsvg2-bin), resvg, ImageMagick or inkscape'
        : `no PNG could be made: ${failed.join('; ')}`,
  };
};

/** The picture, or why there is none. */
const converted = (argv: readonly string[], svg: string, path: string, signal: AbortSignal): Promise<Buffer | string> =>
  new Promise((resolve) => {
    const [file = '', ...args] = argv;
    const child = spawn(file, args, {
      signal,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: path, LC_ALL: 'C.UTF-8' },
    });
    const pieces: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > mostBytes) child.kill('SIGKILL');
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'missing' : signal.aborted ? 'it took too long' : error.message),
    );
    child.once('close', (code, by) => {
      const png = Buffer.concat(pieces);
      if (code === 0 && png.subarray(0, signature.length).equals(signature)) resolve(png);
      else resolve(code === 0 ? 'what it wrote is no PNG' : `ended by ${by ?? `code ${code}`}`);
    });
    // One that ends early does not read all; that it failed is said by its code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(svg);
  });
