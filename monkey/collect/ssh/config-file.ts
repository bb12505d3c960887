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
  /** Read after it, as ssh reads /etc/ssh/ssh_config: of what both say the first counts. null: none is. */
  readonly systemFile: string | null;
}

const mostBytes = 1024 * 1024;
const mostFiles = 64;
const deepest = 16;

/** Reads an ssh configuration with the files that it includes, and that of the system after it. */
export const readSshConfig = async ({ file, asked, home, systemFile }: SshConfigFile): Promise<SshConfigRead> => {
  try {
    const user = await readOne({ folder: join(home, '.ssh'), home, files: 0, notes: [] }, file, asked);
    if (systemFile === null) return { kind: 'config', config: user };
    const system = await readOne({ folder: dirname(systemFile), home, files: 0, notes: [] }, systemFile, false);
    const lines = new SSHConfig();
    lines.push(...user.lines, ...system.lines);
    return { kind: 'config', config: { lines, notes: [...user.notes, ...system.notes] } };
  } catch (error) {
    return { kind: 'problem', because: error instanceof Error ? error.message : String(error) };
  }
};

const readOne = async (reading: Reading, file: string, asked: boolean): Promise<SshConfig> => {
  const text = await textOf(file, asked);
  if (text === null) return emptyConfig;
  const { lines, notes } = harmless(file, await withIncludes(reading, file, text, 0));
  return { lines, notes: [...reading.notes, ...notes] };
};

interface Reading {
  /** What paths of Include begin from. */
  readonly folder: string;
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
  for (const pattern of patterns) found.push(...(await filesLike(absolute(reading, pattern))));
  return found;
};

const absolute = ({ home, folder }: Reading, path: string): string => {
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : join(folder, path);
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
