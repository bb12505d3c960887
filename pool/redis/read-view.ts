import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { RawView, WrongType } from '../parse-view.ts';
import { cut, isUncut, type Uncut } from '../uncut.ts';
import type { PoolKeys } from './keys.ts';
import { hashOf, hashOfPairs, listOf, textsOf } from './replies.ts';

/**
 * What one reading of a whole pool asks. Of what the client library knows as `hgetall` it makes an object, which for
 * 10,000 names is slow; written in capitals it hands out names and values as they come.
 */
export const viewCommands = ({ epoch, version, head, admissionVersion, ...keys }: PoolKeys) =>
  [
    ['time'],
    ...[epoch, version, head, admissionVersion].map((key) => ['get', key]),
    ['HGETALL', keys.nodes],
    ['zrange', keys.seen, '0', '-1', 'WITHSCORES'],
    ['HGETALL', keys.pulses],
    ['HGETALL', keys.routers],
    ['get', keys.lever],
    ['get', keys.leader],
    ['hgetall', keys.policy],
    ['lrange', keys.live, '0', '-1'],
  ] satisfies readonly (readonly string[])[];

/** Reads everything in one transaction. A key of the wrong type is told as such and spoils nothing else. */
export const readRawView = async (
  redis: Redis,
  keys: PoolKeys,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<RawView> => {
  const readAtMs = clock.monotonicMs();
  const replies = await redis.multi(viewCommands(keys).map((command) => ['call', ...command])).exec();
  const reply = (index: number): unknown => {
    const [error, value] = replies?.[index] ?? [new Error('no answer'), undefined];
    return error === null ? value : wrongType(error.message);
  };
  return rawViewOf(reply, readAtMs);
};

/** @param reply what the command at this place of {@link viewCommands} was answered */
export const rawViewOf = (reply: (index: number) => unknown, readAtMs: number): RawView => {
  return {
    ...{ nowMs: timeMs(reply(0)), readAtMs },
    epoch: text(reply(1)),
    version: text(reply(2)),
    head: text(reply(3)),
    admissionVersion: text(reply(4)),
    nodes: uncutOrList(reply(5)),
    seen: uncutOrList(reply(6)),
    pulses: uncutOrList(reply(7)),
    routers: list(reply(8)),
    lever: text(reply(9)),
    leader: text(reply(10)),
    policy: hash(reply(11)),
    live: list(reply(12)),
  };
};

/** The beats of these nodes, or of all, as JSON by node. */
export const readBeats = async (
  redis: Redis,
  keys: Pick<PoolKeys, 'vitals'>,
  nodes: readonly string[] | undefined,
): Promise<readonly (readonly [node: string, json: string | null | undefined])[]> => {
  if (nodes === undefined) return Object.entries(await redis.hgetall(keys.vitals));
  if (nodes.length === 0) return [];
  const texts = await redis.hmget(keys.vitals, ...nodes);
  return nodes.map((node, at) => [node, texts[at]]);
};

export const wrongType = (because: string): WrongType => ({ kind: 'wrong-type', because });

const isWrong = (value: unknown): value is WrongType =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'wrong-type';

const timeMs = (value: unknown): number => {
  const [seconds, micros] = listOf(plainly(value));
  if (micros === undefined) throw new Error('Redis does not tell the time');
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
};
const text = (value: unknown): string | undefined | WrongType =>
  isWrong(value) || typeof value === 'string' ? value : undefined;
const uncutOrList = (value: unknown): Uncut | readonly string[] | WrongType => (isUncut(value) ? value : list(value));
const list = (value: unknown): readonly string[] | WrongType => (isWrong(value) ? value : textsOf(plainly(value)));
const hash = (value: unknown): Readonly<Record<string, string>> | WrongType => {
  const plain = plainly(value);
  return isWrong(plain) ? plain : Array.isArray(plain) ? hashOfPairs(textsOf(plain)) : hashOf(plain);
};
const plainly = (value: unknown): unknown => (isUncut(value) ? cut(value) : value);
