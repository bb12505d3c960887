/** `monkey collect` from its options to its exit: what is wrong with them first, then rounds. */
import { systemClock } from '../../../pool/clock.ts';
import { sshReader } from '../../collect/ssh/reader.ts';
import type { Target } from '../../collect/target.ts';
import { notifier } from '../../host/systemd.ts';
import { CommandFailed, Exit, type Io } from '../command.ts';
import { createLog } from '../log.ts';
import { harmless } from '../print.ts';
import { exitOf } from './exit.ts';
import { unreadByNodeExporter, unwritable } from './files.ts';
import { withHostList } from './host-list.ts';
import type { HostList } from './listed.ts';
import type { CollectOptions } from './options.ts';
import { openOutputs } from './outputs.ts';
import { type CollectParts, collectOn, collectOnce } from './rounds.ts';
import { type CollectSettings, settingsOf } from './settings.ts';
import { type SshRead, sshOptionsOf } from './ssh-options.ts';
import { nothingSentText } from './summary.ts';
import { collectTeller } from './tellers.ts';

export const collect = async (options: CollectOptions, io: Io): Promise<Exit> => {
  const { settings, problems } = settingsOf(options);
  const { prometheusFile } = settings;
  const ssh = await sshOptionsOf(io, options, settings.deadlineMs);
  const unwritten = prometheusFile === null ? [] : await unwritable('--prometheus-file', prometheusFile);
  const wrong = [...problems, ...ssh.problems, ...unwritten];
  // A pool is asked only where all else is right.
  if (wrong.length > 0 && settings.hosts.kind === 'pool') throw usage(wrong);
  return withHostList(io, settings.hosts, async (list) => {
    const targets = await firstTargets(io, list, wrong);
    for (const note of [...ssh.notes, ...(prometheusFile === null ? [] : unreadByNodeExporter(prometheusFile))])
      io.err.write(`! ${harmless(note)}\n`);
    return settings.once ? once(io, settings, { list, targets, ssh }) : on(io, settings, { list, targets, ssh });
  });
};

const usage = (problems: readonly string[]): CommandFailed => {
  const [first = '', ...others] = problems.map((problem) => harmless(problem));
  return new CommandFailed(
    others.length === 0 ? first : [`${problems.length} problems`, first, ...others].join('\n  '),
    Exit.usage,
  );
};

const firstTargets = async (io: Io, list: HostList, wrong: readonly string[]): Promise<readonly Target[]> => {
  // Who names no hosts was told so already.
  const isNamed = !wrong.some((problem) => problem.startsWith('no hosts'));
  const listed = isNamed ? await list.read() : undefined;
  const all = listed?.kind === 'wrong' ? [...wrong, ...listed.problems] : wrong;
  if (all.length > 0) throw usage(all);
  if (listed === undefined || listed.kind === 'wrong') return [];
  if (listed.kind === 'away') throw new CommandFailed(listed.because, Exit.unreachable);
  for (const note of listed.notes) io.err.write(`! ${harmless(note)}\n`);
  return listed.targets;
};

interface Work {
  readonly list: HostList;
  readonly targets: readonly Target[];
  readonly ssh: SshRead;
}

const once = async (io: Io, settings: CollectSettings, work: Work): Promise<Exit> => {
  if (work.targets.length === 0) throw new CommandFailed(`${work.list.source} names no hosts`, Exit.bad);
  const log = createLog({ level: 'warn', name: 'collect' }, io.err, io.env);
  const told = await withParts(io, settings, work, log, (parts) => collectOnce(work.targets, parts, settings));
  // Half a round is no answer, and a script that was stopped must not go on as if it were.
  return told === undefined ? Exit.bad : exitOf(told);
};

const on = async (io: Io, settings: CollectSettings, work: Work): Promise<Exit> => {
  const { statsd, prometheusFile, intervalMs, top, json } = settings;
  const log = createLog({ level: 'info', name: 'collect' }, io.err, io.env);
  if (statsd === null && prometheusFile === null && top === null && !json) io.err.write(`! ${nothingSentText}\n`);
  const systemd = notifier(io.env, log);
  const alive = setInterval(systemd.watchdog, 1_000);
  io.signal.addEventListener('abort', () => void systemd.stopping(), { once: true });
  try {
    void systemd.ready();
    if (!json && !(top !== null && io.out.isTTY))
      log.info('collect-started', { hosts: work.targets.length, from: work.list.source, intervalMs });
    await withParts(io, settings, work, log, (parts) => collectOn(work.targets, parts, settings));
    return Exit.fine;
  } finally {
    clearInterval(alive);
  }
};

/** Connections that do not end by then end with the process. */
const closeWithinMs = 1_000;

const withParts = async <T>(
  io: Io,
  settings: CollectSettings,
  { list, ssh }: Work,
  log: ReturnType<typeof createLog>,
  use: (parts: CollectParts) => Promise<T>,
): Promise<T> => {
  const { signal } = io;
  const reader = sshReader(ssh.options);
  const outputs = openOutputs(settings);
  const teller = collectTeller(io, settings, log);
  const closed = new AbortController();
  try {
    return await use({ ...{ list, reader, outputs, teller, signal }, clock: systemClock });
  } finally {
    await Promise.race([
      Promise.all([reader.close(), outputs.close()]),
      systemClock.sleep(closeWithinMs, closed.signal),
    ]);
    closed.abort();
  }
};
