/** What people are told of a node's memory: who was killed, who has the most, who grew. Pure; plain JSON of at most 4 KiB. */
import { isObject, type JsonObject } from '../../../pool/json.ts';
import { ownSparkline } from '../../../pool/sparkline.ts';
import { formatByteSpan, formatBytes, formatMs } from '../../../pool/units.ts';
import type { Growth } from './growth.ts';
import { type CommandMemory, shownName } from './hour.ts';
import type { Killed } from './killed.ts';

export interface MemoryTold {
  readonly killed: readonly Killed[];
  /** All processes of a name together, the biggest first. */
  readonly biggest: readonly CommandMemory[];
  readonly grew: readonly Growth[];
}

export const biggestMost = 5;

/** `app 1.2 → 3.4 GiB in 52m ▁▂▃▅▇█`. */
export const growthWords = ({ command, fromBytes, toBytes, overMs, bytes }: Growth): string =>
  `${command} ${formatByteSpan(fromBytes, toBytes)} in ${formatMs(overMs)} ${ownSparkline(bytes)}`;

/** All of it in one line, for a finding; undefined where there is nothing to name. */
export const memoryWords = ({ killed, biggest, grew }: MemoryTold): string | undefined => {
  const parts = [
    ...(killed.length === 0 ? [] : [`killed: ${killed.map(killedWords).join(', ')}`]),
    ...(grew.length === 0 ? [] : [`grew: ${grew.slice(0, 1).map(growthWords).join()}`]),
    ...(biggest.length === 0 ? [] : [`biggest now: ${biggest.slice(0, 3).map(biggestWords).join(', ')}`]),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
};

/** Lines for people, one for each that is named. */
export const memoryLines = ({ killed, biggest, grew }: MemoryTold): readonly string[] => [
  ...killed.map((one) => `killed: ${killedWords(one)}`),
  ...grew.map((one) => `grew: ${growthWords(one)}`),
  ...(biggest.length === 0 ? [] : [`biggest: ${biggest.map(biggestWords).join(', ')}`]),
];

/** `app (pid 1234, 3.4 GiB)`, `probably app (pid 1234, 3.1 GiB 20s before)`. */
const killedWords = ({ command, pid, rssBytes, by, seenMs }: Killed): string => {
  const before = seenMs === undefined ? '' : ` ${formatMs(seenMs)} before`;
  const memory = rssBytes === undefined ? '' : `, ${formatBytes(rssBytes)}${before}`;
  return `${by === 'gone' ? 'probably ' : ''}${command} (pid ${pid}${memory})`;
};

/** `node 2.1 GiB (3 processes)`. */
const biggestWords = ({ command, processes, rssBytes }: CommandMemory): string =>
  `${command} ${formatBytes(rssBytes)}${processes === 1 ? '' : ` (${processes} processes)`}`;

/** As it stands in a record, perhaps of another version: what is not as expected is left out. */
export const memoryIn = (value: unknown): MemoryTold | undefined => {
  if (!isObject(value)) return undefined;
  const told = {
    killed: readEach(value['killed'], killedFrom),
    biggest: readEach(value['biggest'], commandFrom),
    grew: readEach(value['grew'], growthFrom),
  };
  return told.killed.length + told.biggest.length + told.grew.length === 0 ? undefined : told;
};

const readMost = 20;
const readEach = <T>(value: unknown, read: (one: JsonObject) => T | undefined): readonly T[] =>
  (Array.isArray(value) ? value : [])
    .slice(0, readMost)
    .map((one) => (isObject(one) ? read(one) : undefined))
    .filter((one) => one !== undefined);

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const killedFrom = ({ command, pid, rssBytes, by, seenMs }: JsonObject): Killed | undefined =>
  typeof command === 'string' && isCount(pid) && (by === 'kernel' || by === 'gone')
    ? {
        ...{ command: shownName(command), pid, by },
        ...(isCount(rssBytes) ? { rssBytes } : {}),
        ...(isCount(seenMs) ? { seenMs } : {}),
      }
    : undefined;

const commandFrom = ({ command, processes, rssBytes }: JsonObject): CommandMemory | undefined =>
  typeof command === 'string' && isCount(processes) && isCount(rssBytes)
    ? { command: shownName(command), processes, rssBytes }
    : undefined;

const growthFrom = ({ command, fromBytes, toBytes, overMs, bytes }: JsonObject): Growth | undefined =>
  typeof command === 'string' && isCount(fromBytes) && isCount(toBytes) && isCount(overMs) && Array.isArray(bytes)
    ? { command: shownName(command), fromBytes, toBytes, overMs, bytes: bytes.filter(isCount).slice(0, readMost) }
    : undefined;
