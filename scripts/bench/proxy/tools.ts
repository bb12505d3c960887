/** The programs that the benchmark compares with and is driven by. */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const tools = {
  wrk: 'wrk',
  taskset: 'util-linux',
  nginx: 'nginx-light',
  haproxy: 'haproxy',
} as const;

export type Tool = keyof typeof tools;

/** Debian keeps servers where an ordinary user's PATH does not look. */
const alsoIn = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Where each tool that is installed lies. */
export const findTools = async (path = process.env['PATH'] ?? ''): Promise<ReadonlyMap<Tool, string>> => {
  const found = new Map<Tool, string>();
  for (const tool of ['wrk', 'taskset', 'nginx', 'haproxy'] as const) {
    const file = await firstOf([...path.split(delimiter), ...alsoIn].map((folder) => join(folder, tool)));
    if (file !== undefined) found.set(tool, file);
  }
  return found;
};

export const howToInstall = (tool: Tool): string => `${tool} is not installed: sudo apt-get install ${tools[tool]}`;

const firstOf = async (files: readonly string[]): Promise<string | undefined> => {
  for (const file of files) {
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
};
