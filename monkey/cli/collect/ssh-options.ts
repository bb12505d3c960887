/** How hosts are reached: what the command line, the environment and the files of ssh say. */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { emptyConfig, type SshConfig } from '../../collect/ssh/config.ts';
import { readSshConfig } from '../../collect/ssh/config-file.ts';
import { lookAtKeys } from '../../collect/ssh/named-keys.ts';
import { defaultSshReaderOptions, type SshReaderOptions } from '../../collect/ssh/options.ts';
import { jumpProblems } from '../../collect/ssh/route.ts';
import type { Io } from '../command.ts';
import { unreadable } from './files.ts';
import type { CollectOptions } from './options.ts';

export interface SshRead {
  readonly options: SshReaderOptions;
  readonly problems: readonly string[];
  /** What of the ssh configuration is not followed, a sentence each. */
  readonly notes: readonly string[];
}

export const sshOptionsOf = async (io: Io, options: CollectOptions, withinMs: number): Promise<SshRead> => {
  const { identity: keys = [], knownHosts = [] } = options;
  const home = io.env['HOME'] ?? homedir();
  const { config, problems } = await configOf(options.sshConfig, home);
  const unread = await Promise.all(keys.map((file) => unreadable('-i', file)));
  const wrong = [
    ...problems,
    ...(options.jump === undefined ? [] : jumpProblems(options.jump).map((because) => `-J: ${because}`)),
    ...unread.flat(),
    // A file that is to learn keys need not be there yet.
    ...(options.acceptNew === true
      ? []
      : (await Promise.all(knownHosts.map((file) => unreadable('--known-hosts', file)))).flat()),
  ];
  const ssh: SshReaderOptions = {
    ...defaultSshReaderOptions,
    ...{ config, home, keys, withinMs, localUser: io.env['USER'] ?? userInfo().username },
    user: options.user ?? null,
    agentSocket: given(io.env['SSH_AUTH_SOCK']),
    // On a command line everybody could read it.
    passphrase: given(io.env[defaultSshReaderOptions.passphraseName]),
    jump: options.jump ?? null,
    knownHostsFiles: knownHosts,
    acceptNew: options.acceptNew === true,
    pss: options.pss === true,
    ...(options.pss === true && { mostAnswerBytes: defaultSshReaderOptions.mostAnswerBytes * 1.5 }),
  };
  const looked = await lookAtKeys({ ...ssh, keys: keys.filter((_file, index) => unread[index]?.length === 0) });
  const unusable = looked.problems.map((because) => `-i: ${because}`);
  return {
    options: ssh,
    problems: [...wrong, ...unusable],
    notes: [...config.notes, ...looked.notes.map((note) => `-i: ${note}`)],
  };
};

const given = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

const configOf = async (
  asked: string | undefined,
  home: string,
): Promise<{ readonly config: SshConfig; readonly problems: readonly string[] }> => {
  if (asked === 'none') return { config: emptyConfig, problems: [] };
  const file = asked ?? join(home, '.ssh', 'config');
  // Who names a file wants that one alone, as with ssh -F.
  const systemFile = asked === undefined ? '/etc/ssh/ssh_config' : null;
  const read = await readSshConfig({ file, asked: asked !== undefined, home, systemFile });
  return read.kind === 'config'
    ? { config: read.config, problems: [] }
    : { config: emptyConfig, problems: [asked === undefined ? read.because : `-F: ${read.because}`] };
};
