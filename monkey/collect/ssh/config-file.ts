import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import SSHConfig, { type Line } from 'ssh-config';
import { emptyConfig, harmless, parseConfig, type SshConfig } from './config.ts';

export type SshConfigRead =
  | { readonly kind: 'config'; readonly config: SshConfig }
  /** A sentence that names the file. */
  | { readonly kind: 'problem'; readonly because: string };

export interface SshConfigFile {
  readonly file: string;
  /** Whether somebody asked for this very file: then it must be there. */
  readonly asked: boolean;
  readonly home: string;
}

const mostBytes = 1024 * 1024;
const mostFiles = 64;
const deepest = 16;

/** Reads an ssh configuration with the files that it includes. */
export const readSshConfig = async ({ file, asked, home }: SshConfigFile): Promise<SshConfigRead> => {
  const reading: Reading = { home, files: 0, notes: [] };
  try {
    const text = await textOf(file, asked);
    if (text === null) return { kind: 'config', config: emptyConfig };
    const { lines, notes } = harmless(file, await withIncludes(reading, file, text, 0));
    return { kind: 'config', config: { lines, notes: [...reading.notes, ...notes] } };
  } catch (error) {
    return { kind: 'problem', because: error instanceof Error ? error.message : String(error) };
  }
};

interface Reading {
  readonly home: string;
  files: number;
  readonly notes: string[];
}

/** null where it is not there and need not be. */
const textOf = async (file: string, needed: boolean): Promise<string | null> => {
  try {
    const { size } = await stat(file);
    if (size > mostBytes) throw new Error(`${file} is larger than an ssh configuration may be (1 MiB)`);
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT' && !needed) return null;
    throw new Error(`${file} can not be read: ${code === 'ENOENT' ? 'there is no such file' : code}`, { cause: error });
  }
};

const withIncludes = async (reading: Reading, file: string, text: string, depth: number): Promise<SSHConfig> => {
  reading.files += 1;
  if (reading.files > mostFiles || depth > deepest)
    throw new Error(`${file}: more than ${mostFiles} files are included, or ${deepest} deep: is there a circle?`);
  const parsed = parseConfig(file, text);
  if (parsed.kind === 'problem') throw new Error(parsed.because);
  return replaced(reading, file, parsed.lines, depth, false);
};

/** Puts the lines of included files where Include stood. Below a Host or Match they hold for that section alone. */
const replaced = async (
  reading: Reading,
  file: string,
  lines: SSHConfig,
  depth: number,
  inSection: boolean,
): Promise<SSHConfig> => {
  const result = new SSHConfig();
  for (const line of lines) {
    if ('config' in line) result.push({ ...line, config: await replaced(reading, file, line.config, depth, true) });
    else if ('param' in line && /^include$/i.test(line.param))
      for (const included of await includedBy(reading, line)) {
        const inner = await withIncludes(reading, included, (await textOf(included, false)) ?? '', depth + 1);
        for (const each of inner)
          if (inSection && 'config' in each)
            reading.notes.push(
              `${file}: Host and Match of ${included} are left out: it is included below a Host or Match`,
            );
          else result.push(each);
      }
    else result.push(line);
  }
  return result;
};

const includedBy = async (reading: Reading, line: Extract<Line, { param: string }>): Promise<readonly string[]> => {
  const patterns = Array.isArray(line.value) ? line.value.map(({ val }) => val) : [line.value];
  const found: string[] = [];
  for (const pattern of patterns) found.push(...(await filesLike(absolute(reading.home, pattern))));
  return found;
};

const absolute = (home: string, path: string): string => {
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : join(home, '.ssh', path);
};

/** Wildcards in the file's own name, as in `config.d/*`; in order, as ssh reads them. */
const filesLike = async (path: string): Promise<readonly string[]> => {
  const name = basename(path);
  if (!/[*?]/.test(name)) return [path];
  const escaped = name
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const like = new RegExp(`^${escaped}$`);
  const entries = await readdir(dirname(path)).catch(() => []);
  return entries
    .filter((entry) => like.test(entry) && !entry.startsWith('.'))
    .sort()
    .map((entry) => join(dirname(path), entry));
};
