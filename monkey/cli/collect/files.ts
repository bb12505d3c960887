/** What keeps a file from being of use, found before the first round and told with all else that is wrong. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, messageOf } from '../../../pool/thrown.ts';

/** Nothing where it is a file that can be read. */
export const unreadable = async (flag: string, file: string): Promise<readonly string[]> => {
  try {
    if ((await stat(file)).isDirectory()) return [`${flag}: ${file} is a directory; a file is wanted`];
    await access(file, constants.R_OK);
    return [];
  } catch (error) {
    return [`${flag}: ${file} can't be read: ${fileErrorText(error)}`];
  }
};

/** Nothing where a file can be put there: it is written beside and takes the other's place. */
export const unwritable = async (flag: string, file: string): Promise<readonly string[]> => {
  const folder = dirname(file);
  try {
    if (!(await stat(folder)).isDirectory()) return [`${flag}: ${folder} is no directory`];
    await access(folder, constants.W_OK);
    const there = await stat(file).catch(() => undefined);
    return there?.isDirectory() === true ? [`${flag}: ${file} is a directory; a file is wanted`] : [];
  } catch (error) {
    return [`${flag}: nothing can be written into ${folder}: ${fileErrorText(error)}`];
  }
};

/** A sentence where node_exporter would not find it; others may read it. */
export const unreadByNodeExporter = (file: string): readonly string[] =>
  file.endsWith('.prom')
    ? []
    : [`--prometheus-file: node_exporter reads files alone that end in .prom, and ${file} does not`];

export const fileErrorText = (error: unknown): string => wordsFor[codeOf(error) ?? ''] ?? messageOf(error);

const wordsFor: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'permission denied (EACCES)',
  EISDIR: 'it is a directory',
};
