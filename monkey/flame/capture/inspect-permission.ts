/*
 * Whether a process may be asked to open its inspector. SIGUSR1 ends every process that has no handler for it, so it is
 * sent only to what the kernel says is node and catches it; and an inspector that we could not find again would stay open,
 * so it is sent only where we see all that there is to see. Doubt means no.
 */
import type { Holder, Listener, Powers, ProcessFacts, ProcessGlance } from '../../doctor/ports/process-look.ts';
import { type InspectorPlace, isLoopback } from './inspector-place.ts';

export type Inspectable =
  /** Its inspector is open already, by somebody else's hand: it stays open afterwards. */
  | { readonly kind: 'open'; readonly at: Listener; readonly listeners: readonly Listener[] }
  /** It opens its inspector when it gets SIGUSR1: on a socket that is none of these. */
  | { readonly kind: 'closed'; readonly listeners: readonly Listener[] }
  | { readonly kind: 'refused'; readonly because: string };

/** What is known of where the process's inspector is or would be. */
export interface PlaceLook {
  readonly place: InspectorPlace;
  /** Where the process itself listens; undefined where that may not be seen. */
  readonly listeners: readonly Listener[] | undefined;
  /** Who else has that port. */
  readonly holder: Holder | undefined;
}

export const inspectable = (facts: ProcessFacts, powers: Powers, look: PlaceLook): Inspectable => {
  const { place, listeners, holder } = look;
  const refused = (because: string): Inspectable => ({ kind: 'refused', because: `${titleOf(facts)} ${because}` });
  if (!isNode(facts)) return refused('is not Node.js, so it has no inspector');
  if (facts.network === 'another')
    return refused('runs in a network namespace of its own (a container): its inspector is reached only in there');
  if (facts.executable === undefined || facts.network === 'unknown' || listeners === undefined)
    return refused(
      'hides its program, network or sockets from us, so an inspector could not be found and closed again: ' +
        'run this as its user or as root (both CAP_KILL and CAP_SYS_PTRACE)',
    );
  if (!maySignal(facts, powers))
    return refused(
      `belongs to user ${facts.uid} and we are user ${powers.uid} without CAP_KILL: run this as that user or as root`,
    );
  const wrong = wrongPlace(place);
  if (wrong !== undefined) return refused(wrong);
  const own = listeners.filter(({ port }) => port === place.port);
  const at = own.find(({ address }) => isLoopback(address));
  if (at !== undefined) return { kind: 'open', at, listeners };
  if (own[0] !== undefined)
    return refused(`listens on ${own[0].address}:${place.port}, which other machines may reach: left alone`);
  const untold = signalObstacle(facts, facts);
  if (untold !== undefined) return refused(untold);
  return holder === undefined
    ? { kind: 'closed', listeners }
    : refused(
        `would open its inspector on port ${place.port}, which is held by ${holderText(holder)}: end that, or start the app with --inspect-port`,
      );
};

/** Why a process may not be sent SIGUSR1, by what was seen of it a while ago and what is seen of it right now. */
export const signalObstacle = (was: ProcessGlance, now: ProcessGlance | undefined): string | undefined => {
  if (now?.startTicks !== was.startTicks) return 'has ended';
  if (now.executable === undefined || !isNode({ program: now.executable })) return 'is not Node.js: nothing was sent';
  if (!now.catchesUsr1)
    return 'does not catch SIGUSR1 (--disable-sigusr1, or a build without inspector), which would end it: nothing was sent';
  return now.isStopped ? 'is stopped (by a signal or a debugger) and would not answer: nothing was sent' : undefined;
};

const wrongPlace = ({ host, port }: InspectorPlace): string | undefined => {
  if (port === 0)
    return 'was started with --inspect-port=0: it would open its inspector anywhere. Start it with a port of its own';
  if (isLoopback(host)) return undefined;
  return `was started with --inspect-port=${host}:${port}: whoever reaches that could run code in it. Start it without the host`;
};

/** `node`, `nodejs`, and versions side by side: `node20`, `node-22.1`. */
export const isNode = ({ program }: Pick<ProcessFacts, 'program'>): boolean => /^node(js)?-?[\d.]*$/.test(program);

/** CAP_KILL of linux/capability.h. */
const capKill = 1n << 5n;

/** Root is asked for the capability as everybody is: in a container it may have lost it. */
const maySignal = ({ uid }: ProcessFacts, powers: Powers): boolean =>
  powers.uid === uid || (powers.capabilities & capKill) !== 0n;

const holderText = ({ pid, program }: Holder): string =>
  pid === undefined ? 'a process that we may not see' : `${program ?? 'a process'} (pid ${pid})`;

/** "node app.js (pid 712)". Arguments may hold secrets: only the file that node runs is told, without its folder. */
export const titleOf = ({ program, argv, pid }: ProcessFacts): string => {
  const script = isNode({ program })
    ? argv.slice(1).find((word) => /^[\w./@+-]+\.[cm]?[jt]sx?$/.test(word))
    : undefined;
  return `${[program, ...(script === undefined ? [] : [script.split('/').at(-1)])].join(' ')} (pid ${pid})`;
};
