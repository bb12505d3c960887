/** The hosts that were named, by option or file; of a pool, see pool-hosts.ts. */
import { readFile } from 'node:fs/promises';
import { type HostsSource, readHosts } from '../../collect/hosts.ts';
import type { Io } from '../command.ts';
import { fileErrorText } from './files.ts';
import type { HostList, Listed } from './listed.ts';
import type { HostsFrom } from './settings.ts';

/** Opens the list, does something with it, and lets go of it however that ends. */
export const withHostList = async <T>(io: Io, from: HostsFrom, use: (list: HostList) => Promise<T>): Promise<T> => {
  if (from.kind === 'named') return use(namedHosts(from));
  // Loaded only where it is asked for: named hosts need neither Redis nor a configuration.
  const { withHostsOfPool } = await import('./pool-hosts.ts');
  return withHostsOfPool(io, from.options, use);
};

type Named = Extract<HostsFrom, { kind: 'named' }>;

const namedHosts = ({ lists, file }: Named): HostList => ({
  source: file ?? '--hosts',
  read: async () => {
    const ofFile = file === undefined ? undefined : await fileSource(file);
    if (ofFile?.kind === 'wrong') return ofFile;
    const sources = lists.map((text): HostsSource => ({ kind: 'list', text }));
    const read = readHosts(ofFile === undefined ? sources : [...sources, ofFile]);
    return read.kind === 'hosts'
      ? { kind: 'hosts', targets: read.targets, notes: read.duplicates }
      : { kind: 'wrong', problems: read.problems };
  },
});

const fileSource = async (file: string): Promise<HostsSource | Extract<Listed, { kind: 'wrong' }>> => {
  try {
    return { kind: 'file', name: file, text: await readFile(file, 'utf8') };
  } catch (error) {
    return { kind: 'wrong', problems: [`--hosts-file: ${file} can't be read: ${fileErrorText(error)}`] };
  }
};
