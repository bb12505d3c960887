/** Looks at the keys that were named before any host is asked: a bad one is no fault of the hosts. */
import { stat } from 'node:fs/promises';
import { identitySource } from './identities.ts';
import type { SshReaderOptions } from './options.ts';
import { loadSsh2 } from './ssh2.ts';

export interface NamedKeys {
  /** Keys that can't be used at all, a phrase each. */
  readonly problems: readonly string[];
  /** Keys that others may read: they are used all the same. */
  readonly notes: readonly string[];
}

type Options = Pick<SshReaderOptions, 'keys' | 'agentSocket' | 'passphrase' | 'passphraseName' | 'config'>;

/** Never rejects, and ends with the agent's own deadline. Of files that can't be read nothing is said. */
export const lookAtKeys = async (options: Options): Promise<NamedKeys> => {
  if (options.keys.length === 0) return { problems: [], notes: [] };
  const source = identitySource(await loadSsh2(), options);
  const problems: string[] = [];
  const notes: string[] = [];
  for (const file of options.keys) {
    const asked = { identitiesOnly: true, identitiesNamed: true, identityFiles: [file] };
    const inFile = await source.of({ ...asked, agentSocket: null });
    if (inFile.usable.length > 0) notes.push(...(await openToOthers(file)));
    else if (
      !hasOtherAgents(options) &&
      !(await isHeld(() => source.of({ ...asked, agentSocket: options.agentSocket })))
    )
      problems.push(...inFile.unusable);
  }
  return { problems, notes };
};

/** Which of those answers for a host, and what it holds, is known at that host alone. */
const hasOtherAgents = ({ config }: Options): boolean => /^\s*IdentityAgent/im.test(config.lines.toString());

const isHeld = async (ask: () => Promise<{ readonly usable: readonly unknown[] }>): Promise<boolean> =>
  (await ask()).usable.length > 0;

/** As ssh does, of the files of who runs this. */
const openToOthers = async (file: string): Promise<readonly string[]> => {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.uid !== process.getuid?.() || (found.mode & 0o077) === 0) return [];
  const mode = `0${(found.mode & 0o777).toString(8)}`;
  return [`${file} may be read by others than you (mode ${mode}): chmod 600 ${file}`];
};
