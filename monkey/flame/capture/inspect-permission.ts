/*
 * Whether a process may be asked to open its inspector. SIGUSR1 ends every process that has no handler for it, so it is
 * sent only to what the kernel says is node and catches it.
 */
import type { Holder, Powers, ProcessFacts } from '../../doctor/ports/process-look.ts';

export type Inspectable =
  /** Its inspector is open already, by somebody else's hand: it stays open afterwards. */
  | { readonly kind: 'open'; readonly port: number }
  /** It opens its inspector on this port when it gets SIGUSR1. */
  | { readonly kind: 'closed'; readonly port: number }
  | { readonly kind: 'refused'; readonly because: string };

/** What is known of the port on which the process's inspector is or would be. */
export interface PortLook {
  readonly port: number;
  readonly isItsOwn: boolean;
  readonly holder: Holder | undefined;
}

export const inspectable = (facts: ProcessFacts, powers: Powers, { port, isItsOwn, holder }: PortLook): Inspectable => {
  const refused = (because: string): Inspectable => ({ kind: 'refused', because: `${titleOf(facts)} ${because}` });
  if (!isNode(facts)) return refused('is not Node.js, so it has no inspector');
  if (facts.network === 'another')
    return refused('runs in a network namespace of its own (a container): its inspector is reached only in there');
  if (!maySignal(facts, powers))
    return refused(`belongs to user ${facts.uid} and we are user ${powers.uid}: run this as that user or as root`);
  if (isItsOwn) return { kind: 'open', port };
  if (!facts.catchesUsr1)
    return refused(
      'does not catch SIGUSR1 (--disable-sigusr1, or a build without inspector), which would end it: nothing was sent',
    );
  return holder === undefined
    ? { kind: 'closed', port }
    : refused(
        `would open its inspector on port ${port}, which is held by ${holderText(holder)}: end that, or start the app with --inspect-port`,
      );
};

/** `node`, `nodejs`, and versions side by side: `node20`, `node-22.1`. */
export const isNode = ({ program }: Pick<ProcessFacts, 'program'>): boolean => /^node(js)?-?[\d.]*$/.test(program);

/** CAP_KILL of linux/capability.h. */
const capKill = 1n << 5n;

const maySignal = ({ uid }: ProcessFacts, powers: Powers): boolean =>
  powers.uid === 0 || powers.uid === uid || (powers.capabilities & capKill) !== 0n;

const holderText = ({ pid, program }: Holder): string =>
  pid === undefined ? 'a process that we may not see' : `${program ?? 'a process'} (pid ${pid})`;

/** "node app.js (pid 712)". Arguments may hold secrets: only the file that node runs is told, without its folder. */
export const titleOf = ({ program, argv, pid }: ProcessFacts): string => {
  const script = isNode({ program })
    ? argv.slice(1).find((word) => /^[\w./@+-]+\.[cm]?[jt]sx?$/.test(word))
    : undefined;
  return `${[program, ...(script === undefined ? [] : [script.split('/').at(-1)])].join(' ')} (pid ${pid})`;
};

const defaultPort = 9229;

/** Where the inspector of a process is or would be, by what it was started with; the command line comes last and wins. */
export const inspectorPortOf = ({ argv, nodeOptions }: Pick<ProcessFacts, 'argv' | 'nodeOptions'>): number => {
  const words = [...(nodeOptions ?? '').split(/\s+/), ...ownOptions(argv)];
  const ports = words.map(
    (word) => /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)=(?:.*:)?(\d{1,5})$/.exec(word)?.[1],
  );
  return Number(ports.filter((port) => port !== undefined).at(-1) ?? defaultPort);
};

/** What follows the script is the script's. */
const ownOptions = (argv: readonly string[]): readonly string[] => {
  const options = argv.slice(1);
  const script = options.findIndex((word) => !word.startsWith('-'));
  return script < 0 ? options : options.slice(0, script);
};
