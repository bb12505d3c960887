import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { KeyName, PoolKeys } from './keys.ts';

/** A Lua script with the keys that it touches; in Lua they are `key.live`, `key.nodes` and so on. */
export interface Script {
  readonly keys: readonly KeyName[];
  readonly lua: string;
  /** It writes nothing, so that also a user who may only read can run it. */
  readonly readOnly?: true;
}

/** Runs scripts by their digest, and sends the whole text where Redis does not know it (any more). */
export interface ScriptRunner {
  /** @param mayBeSent asked right before each sending; what it throws ends the call, and nothing is sent */
  run(redis: Redis, script: Script, args: readonly (string | number)[], mayBeSent?: () => void): Promise<unknown>;
}

export const scriptRunner = (keys: PoolKeys): ScriptRunner => {
  /** Redis 6.2 knows no scripts that only read; nor has it users for whom that mattered. */
  let knowsReadOnly = true;
  const digests = new Map<Script, { readonly text: string; readonly sha: string }>();
  const loaded = (script: Script): { readonly text: string; readonly sha: string } => {
    const known = digests.get(script);
    if (known !== undefined) return known;
    const text = luaText(script);
    const fresh = { text, sha: createHash('sha1').update(text).digest('hex') };
    digests.set(script, fresh);
    return fresh;
  };
  const evaluate = async (redis: Redis, script: Script, rest: Arguments, mayBeSent: () => void): Promise<unknown> => {
    const { text, sha } = loaded(script);
    const readOnly = script.readOnly === true && knowsReadOnly;
    mayBeSent();
    try {
      return await (readOnly ? redis.evalsha_ro(sha, ...rest) : redis.evalsha(sha, ...rest));
    } catch (error) {
      if (!startsWith(error, 'NOSCRIPT')) throw error;
      mayBeSent();
      return await (readOnly ? redis.eval_ro(text, ...rest) : redis.eval(text, ...rest));
    }
  };
  return {
    run: async (redis, script, args, mayBeSent = always) => {
      const rest: Arguments = [script.keys.length, ...script.keys.map((name) => keys[name]), ...args];
      try {
        return await evaluate(redis, script, rest, mayBeSent);
      } catch (error) {
        if (script.readOnly !== true || !knowsReadOnly || !startsWith(error, 'ERR unknown command')) throw error;
        knowsReadOnly = false;
        return await evaluate(redis, script, rest, mayBeSent);
      }
    },
  };
};

const always = (): void => undefined;

type Arguments = readonly [keys: number, ...rest: (string | number)[]];

const startsWith = (error: unknown, text: string): boolean => error instanceof Error && error.message.startsWith(text);

/** What every script starts with: its keys by name, the time, and numbers as digits (Lua prints 1.7e+12 itself). */
const luaText = ({ keys, lua }: Script): string => `
local key = {${keys.map((name, index) => `${name} = KEYS[${index + 1}]`).join(', ')}}
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function digits(number) return string.format('%.0f', number) end
-- What a counter holds, or nil where it is none.
local function whole(text)
  if text and #text <= 15 and string.match(text, '^%d+$') then return tonumber(text) end
  return nil
end
local function object(text)
  if not text then return nil end
  local fine, value = pcall(cjson.decode, text)
  if fine and type(value) == 'table' then return value end
  return nil
end
-- The lease that stands, or nil. One that cannot be read is none.
local function lease()
  local found = object(redis.call('GET', key.leader))
  if found and type(found.token) == 'string' and type(found.untilMs) == 'number' and found.untilMs > now then
    return found
  end
  return nil
end
${lua}`;
