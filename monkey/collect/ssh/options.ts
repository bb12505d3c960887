import type { SshConfig } from './config.ts';

/** What the command line said, which wins over the configuration file, and what it knows of its surroundings. */
export interface SshReaderOptions {
  readonly config: SshConfig;
  readonly home: string;
  /** The name of who runs this: asked for where nobody named a user. */
  readonly localUser: string;
  /** `-u`. */
  readonly user: string | null;
  /** `-i`: private keys, for the hosts and for those that are jumped over. */
  readonly keys: readonly string[];
  /** SSH_AUTH_SOCK; null without an agent. */
  readonly agentSocket: string | null;
  /** For keys that are encrypted; null without one. */
  readonly passphrase: string | null;
  /** How people give it, for messages. */
  readonly passphraseName: string;
  /** `-J`: `[USER@]HOST[:PORT],…`; `none` for none; null: as the configuration says. */
  readonly jump: string | null;
  /** Empty: as the configuration says, otherwise ~/.ssh/known_hosts and those of the system. New keys go into the first. */
  readonly knownHostsFiles: readonly string[];
  readonly acceptNew: boolean;
  /** PSS costs a host's kernel a walk through all memory: only when asked for. */
  readonly pss: boolean;
  /** For connecting, authenticating and the command together. */
  readonly withinMs: number;
  /** So many at once as hosts are asked are held. 2 MiB are some 20,000 processes. */
  readonly mostAnswerBytes: number;
  /** More connections than that are not kept, but made anew each round. */
  readonly mostKept: number;
}

export const defaultSshReaderOptions = {
  user: null,
  keys: [],
  agentSocket: null,
  passphrase: null,
  passphraseName: 'DOCTOR_MONKEY_SSH_PASSPHRASE',
  jump: null,
  knownHostsFiles: [],
  acceptNew: false,
  pss: false,
  withinMs: 5_000,
  mostAnswerBytes: 2 * 1024 * 1024,
  mostKept: 2_000,
} as const satisfies Omit<SshReaderOptions, 'config' | 'home' | 'localUser'>;
