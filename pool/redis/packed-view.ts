/*
 * Reads a whole pool in a few large texts in place of tens of thousands of small ones. For a command, which reads once and
 * ends: its program is still cold, and handling each text then costs it far more than all else. It costs Redis about
 * twice of what the plain reading does, so who reads over and over reads plainly.
 *
 * INVARIANTS
 * - It is one script, so one moment, as the plain reading's transaction is.
 * - It yields what the plain reading would have, or nothing: where a stranger's text holds the separator, where a key is
 *   of a wrong type, or where this user may run no scripts.
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { RawView } from '../parse-view.ts';
import { hashOfPairs, listOf, textsOf } from './replies.ts';
import type { Script, ScriptRunner } from './script.ts';

/** JSON and numbers hold none. */
const separator = '\n';
/** Texts in one: even, and no more, since Lua joins many long texts slowly. */
const together = 200;

const script: Script = {
  keys: [
    ...(['epoch', 'version', 'head', 'admissionVersion', 'nodes', 'seen', 'pulses', 'routers', 'lever'] as const),
    ...(['leader', 'policy', 'live'] as const),
  ],
  readOnly: true,
  lua: `
local function packed(...)
  local all = redis.call(...)
  local texts = {#all}
  for i = 1, #all, ${together} do
    texts[#texts + 1] = table.concat(all, '\\n', i, math.min(i + ${together - 1}, #all))
  end
  return texts
end
local function get(name) return redis.call('GET', key[name]) end
return {digits(now), get('epoch'), get('version'), get('head'), get('admissionVersion'), packed('HGETALL', key.nodes),
  packed('ZRANGE', key.seen, '0', '-1', 'WITHSCORES'), packed('HGETALL', key.pulses), redis.call('HGETALL', key.routers),
  get('lever'), get('leader'), redis.call('HGETALL', key.policy), packed('LRANGE', key.live, '0', '-1')}
`,
};

/** Undefined: this pool has to be read plainly. Fails as any call does where the connection breaks. */
export const readPackedView = async (
  redis: Redis,
  runner: ScriptRunner,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<RawView | undefined> => {
  const readAtMs = clock.monotonicMs();
  try {
    return viewIn(listOf(await runner.run(redis, script, [])), readAtMs);
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
};

const viewIn = (reply: readonly unknown[], readAtMs: number): RawView | undefined => {
  const [now, epoch, version, head, admissionVersion, nodes, seen, pulses, routers, lever, leader, policy, live] =
    reply;
  const lists = [nodes, seen, pulses, live].map(unpacked);
  const [allNodes, allSeen, allPulses, allLive] = lists;
  if (allNodes === undefined || allSeen === undefined || allPulses === undefined || allLive === undefined)
    return undefined;
  return {
    ...{ nowMs: Number(now), readAtMs },
    ...{ epoch: text(epoch), version: text(version), head: text(head), admissionVersion: text(admissionVersion) },
    ...{ nodes: allNodes, seen: allSeen, pulses: allPulses, routers: textsOf(routers), live: allLive },
    ...{ lever: text(lever), leader: text(leader), policy: hashOfPairs(textsOf(policy)) },
  };
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The texts that were joined; undefined where there are not as many as there were. */
const unpacked = (reply: unknown): readonly string[] | undefined => {
  const [count, ...joined] = listOf(reply);
  const texts = joined.flatMap((some) => String(some).split(separator));
  return texts.length === count ? texts : undefined;
};
