/** Every page that is made from code, by its path. */
import { Readable } from 'node:stream';
import type { Io } from '../../monkey/cli/command.ts';
import { commands } from '../../monkey/cli/commands.ts';
import { configJsonSchema } from '../../monkey/config/json-schema.ts';
import { commandsPage } from './commands.ts';
import { configurationPage } from './configuration.ts';

export const pages = async (): Promise<Readonly<Record<string, string>>> => ({
  'docs/reference/configuration.md': configurationPage(configJsonSchema()),
  'docs/reference/commands.md': await commandsPage(commands, nobody),
});

/** Commands are described here, never run. */
const nobody: Io = {
  env: {},
  out: process.stdout,
  err: process.stderr,
  signal: new AbortController().signal,
  readFile: () => Promise.reject(new Error('no files here')),
  openFile: () => Readable.from([]),
  openPool: () => Promise.reject(new Error('no pools here')),
};
