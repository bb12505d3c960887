/*
 * Asks hosts for their processes over SSH.
 *
 * INVARIANTS
 * - One deadline holds for all of a reading: jumps, connecting, authenticating and the command.
 * - A connection that was kept and turns out dead is made anew once, within the same deadline.
 * - So is a jump over which many go, and it is ended for nobody's slowness but its own.
 * - After `close` no timer and no socket of it is left.
 */
import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import type { FailureStage, HostAnswer } from '../host-answer.ts';
import type { HostReader } from '../host-reader.ts';
import { parseProcessList } from '../parse-process-list.ts';
import { processListCommand } from '../process-list-command.ts';
import type { Target } from '../target.ts';
import { addressBook, type Ways } from './addresses.ts';
import { type Connected, type Connecting, connectHop } from './connect.ts';
import { directLookup, systemSources } from './direct-dns.ts';
import { hostKeyStore } from './host-key-store.ts';
import { identitySource } from './identities.ts';
import { type Gotten, type KeptLinks, keptLinks } from './kept-links.ts';
import type { Forwarded, Ran } from './link.ts';
import type { SshReaderOptions } from './options.ts';
import { type Hop, type Hops, hadText, hopText, type Route, routeOf } from './route.ts';
import { loadSsh2 } from './ssh2.ts';
import { keyOf, keysOf, type Way, wayBefore } from './ways.ts';

export interface SshReader extends HostReader {
  /** Ends the kept connections that these targets do not need; jumps that they go over are needed. */
  readonly keep: (targets: readonly Target[]) => void;
  readonly counts: () => SshCounts;
}

export interface SshCounts {
  /** Connections that stand now. */
  readonly kept: number;
  /** Connections made, jumps included. */
  readonly connected: number;
  /** Kept connections that were found dead and made anew. */
  readonly reconnected: number;
}

export const sshReader = (options: SshReaderOptions): SshReader => {
  const links = keptLinks();
  const counts = { connected: 0, reconnected: 0 };
  let loading: Promise<Connecting> | undefined;
  const parts = (): Promise<Connecting> => (loading ??= loadParts(options));
  const command = processListCommand(options);
  const reading: Reading = { options, routes: routes(options), links, parts, command, counts };
  return {
    read: (target, signal) => readTarget(reading, target, signal),
    keep: (targets) => links.keep(new Set(targets.flatMap((target) => keysOf(reading.routes(target))))),
    counts: () => ({ kept: links.size(), ...counts }),
    close: () => links.close(),
  };
};

const mostRoutes = 20_000;

/** The configuration does not change while it is read from memory: a host's way is looked for once. */
const routes = (options: SshReaderOptions): ((target: Target) => Route) => {
  const known = new Map<string, Route>();
  return (target) => {
    const name = JSON.stringify([target.user, target.host, target.port]);
    const route = known.get(name) ?? routeOf(target, options);
    if (known.size < mostRoutes) known.set(name, route);
    return route;
  };
};

const loadParts = async (options: SshReaderOptions): Promise<Connecting> => {
  const { acceptNew, withinMs } = options;
  const ssh2 = await loadSsh2();
  const addresses = addressBook(systemWays, { withinMs: Math.min(3_000, withinMs * 0.6), directAfterMs: 300 });
  return { ssh2, acceptNew, addresses, store: hostKeyStore(), identities: identitySource(ssh2, options) };
};

const systemWays: Ways = { system: (name) => lookup(name, { all: true }), direct: directLookup(systemSources) };

interface Reading {
  readonly options: SshReaderOptions;
  readonly routes: (target: Target) => Route;
  readonly links: KeptLinks;
  readonly parts: () => Promise<Connecting>;
  readonly command: string;
  readonly counts: { connected: number; reconnected: number };
}

type Outcome =
  | Pick<Extract<HostAnswer, { readonly kind: 'processes' }>, 'kind' | 'processes' | 'damagedLines'>
  | Failed;

interface Failed {
  readonly kind: 'failed';
  readonly stage: FailureStage;
  readonly because: string;
}

const failed = (stage: FailureStage, because: string): Failed => ({ kind: 'failed', stage, because });

const readTarget = async (reading: Reading, target: Target, given: AbortSignal): Promise<HostAnswer> => {
  const startMs = performance.now();
  const answered = (outcome: Outcome): HostAnswer => ({ ...outcome, target, tookMs: performance.now() - startMs });
  if (given.aborted) return answered(failed('connect', 'it was not asked: the round was ended'));
  const route = reading.routes(target);
  if (route.kind === 'problem') return answered(failed('resolve', route.because));
  const deadline = new AbortController();
  const end = (): void => deadline.abort();
  const timer = setTimeout(end, route.withinMs);
  // One signal ends a whole round, so it has a listener for each host that is being read: that is no leak.
  setMaxListeners(0, given);
  given.addEventListener('abort', end, { once: true });
  try {
    const outcome = await asked(reading, route, deadline.signal);
    const isLate = outcome.kind === 'failed' && deadline.signal.aborted && !isAborted(given);
    return answered(isLate ? failed(outcome.stage, `${outcome.because}; ${hadText(route)}`) : outcome);
  } finally {
    clearTimeout(timer);
    given.removeEventListener('abort', end);
  }
};

/** A signal changes while we wait, which the compiler can't know. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** A kept connection that does not answer is found out early enough to be made anew. */
const openWithin = ({ withinMs }: Pick<Hops, 'withinMs'>): number => Math.min(1_500, withinMs * 0.3);

const asked = async (reading: Reading, route: Hops, signal: AbortSignal): Promise<Outcome> => {
  for (let tries = 1; ; tries += 1) {
    const gotten = await linkTo(reading, route, signal);
    if (gotten.kind === 'failed') return gotten;
    const openWithinMs = gotten.fresh ? route.withinMs : openWithin(route);
    const { mostAnswerBytes: mostBytes } = reading.options;
    const ran = await gotten.link.run(reading.command, { signal, openWithinMs, mostBytes });
    const key = keyOf(route);
    // A broken answer leaves a connection of which nobody knows what comes next.
    if (ran.kind !== 'answer' && ran.kind !== 'refused') reading.links.drop(key, gotten.link);
    else if (reading.links.size() > reading.options.mostKept) reading.links.drop(key, gotten.link);
    if (ran.kind !== 'dead' || gotten.fresh || tries > 1 || signal.aborted) return outcomeOf(ran, reading.options);
    reading.counts.reconnected += 1;
  }
};

const linkTo = async (reading: Reading, way: Way, signal: AbortSignal): Promise<Gotten> =>
  reading.links.get(keyOf(way), (until) => openLink(reading, way, until), signal);

const openLink = async (reading: Reading, way: Way, signal: AbortSignal): Promise<Connected> => {
  const parts = await reading.parts();
  const before = wayBefore(way);
  const over = before === undefined ? undefined : await streamOver(reading, before, way.last, signal);
  if (over?.kind === 'failed') return over;
  const connected = await connectHop(parts, way.last, over?.stream, signal);
  if (connected.kind === 'open') reading.counts.connected += 1;
  return connected;
};

type Stream = Extract<Forwarded, { readonly kind: 'stream' }> | Failed;

const streamOver = async (reading: Reading, way: Way, to: Hop, signal: AbortSignal): Promise<Stream> => {
  const jump = `the jump host ${hopText(way.last)}`;
  for (let tries = 1; ; tries += 1) {
    const gotten = await linkTo(reading, way, signal);
    if (gotten.kind === 'failed') return failed(gotten.stage, told(jump, gotten.because));
    const { link, fresh } = gotten;
    const openWithinMs = fresh ? reading.options.withinMs : openWithin(reading.options);
    const forwarded = await link.forward(to.host, to.port, { signal, openWithinMs });
    // A jump that tells of others is well, and they need it; of one that said nothing nobody knows.
    const isLost = forwarded.kind === 'dead' || (forwarded.kind === 'aborted' && forwarded.silent);
    // Of the many who wait for it the first to find out ends it, and the others get what it got anew.
    const wasKept = isLost && reading.links.drop(keyOf(way), link);
    if (forwarded.kind !== 'dead' || fresh || tries > 1 || signal.aborted)
      return streamOf(forwarded, jump, hopText(to));
    if (wasKept) reading.counts.reconnected += 1;
  }
};

const streamOf = (forwarded: Forwarded, jump: string, to: string): Stream => {
  switch (forwarded.kind) {
    case 'stream':
      return forwarded;
    case 'dead':
      return failed('connect', `${jump} ended the connection, or does not answer on it`);
    case 'refused':
      return failed('connect', `${jump} does not reach ${to}: ${forwarded.because}`);
    case 'aborted':
      return failed('connect', `${jump} did not reach ${to} in time`);
  }
};

/** Of a chain the host that fails is named once. */
const told = (jump: string, because: string): string =>
  because.startsWith('the jump host') ? because : `${jump}: ${because}`;

const outcomeOf = (ran: Ran, { mostAnswerBytes }: SshReaderOptions): Outcome => {
  switch (ran.kind) {
    case 'dead':
      return failed('command', 'it ended the connection before the command was run');
    case 'refused':
      return failed('command', `it does not run the command: ${ran.because}`);
    case 'cut':
      return failed('answer', 'its answer was cut: the connection ended in the middle of it');
    case 'too-big':
      return failed('answer', `its answer is larger than ${mostAnswerBytes} bytes, which is no list of processes`);
    case 'aborted':
      return failed('command', 'it timed out while its processes were read');
    case 'answer':
      return listOf(ran);
  }
};

const listOf = ({ stdout, stderr, exit }: Extract<Ran, { readonly kind: 'answer' }>): Outcome => {
  const list = parseProcessList(stdout);
  const told = stderr.trim() === '' ? '' : `; it said: ${firstLineOf(stderr)}`;
  switch (list.kind) {
    case 'list':
      return { kind: 'processes', processes: list.processes, damagedLines: list.damagedLines };
    case 'cut':
      return failed('answer', `its answer was cut: its last line is missing (exit code ${exit ?? 'unknown'})${told}`);
    case 'foreign':
      return failed(
        'command',
        `its processes could not be read: ${list.because} (exit code ${exit ?? 'unknown'})${told}`,
      );
  }
};

const firstLineOf = (text: string): string =>
  (text.trim().split('\n')[0] ?? '').replace(/[^\x20-\x7E\u00A0-\uFFFF]/g, '?').slice(0, 160);
