/** The small scripts beside the commit: beats, routers, the lease, the outbox and the incidents. */
import { kept } from './keys.ts';
import type { Script } from './script.ts';

/**
 * ARGV: node, beat as JSON. A node that is not in the pool leaves no trace. The answer is what {@link BeatAnswer}
 * holds, as text.
 */
export const beatScript: Script = {
  keys: ['nodes', 'seen', 'vitals', 'epoch', 'admissionVersion', 'lever'],
  lua: `
local record = redis.call('HGET', key.nodes, ARGV[1])
if record then
  redis.call('ZADD', key.seen, now, ARGV[1])
  redis.call('HSET', key.vitals, ARGV[1], ARGV[2])
end
return {digits(now), redis.call('GET', key.epoch), redis.call('GET', key.admissionVersion), record, redis.call('GET', key.lever)}
`,
};

/** ARGV: router, its report as JSON without the time, which is put behind. */
export const reportScript: Script = {
  keys: ['routers'],
  lua: `return redis.call('HSET', key.routers, ARGV[1], string.sub(ARGV[2], 1, -2) .. ',"atMs":' .. digits(now) .. '}')`,
};

/** ARGV: router. */
export const forgetScript: Script = {
  keys: ['routers'],
  lua: `return redis.call('HDEL', key.routers, ARGV[1])`,
};

/** ARGV: token, for how long in ms, holder as JSON, token as JSON. The answer is the lease that stands, as JSON. */
export const leaseScript: Script = {
  keys: ['leader'],
  lua: `
local held = lease()
if held and held.token ~= ARGV[1] then return redis.call('GET', key.leader) end
local taken = '{"holder":' .. ARGV[3] .. ',"token":' .. ARGV[4] .. ',"untilMs":' .. digits(now + tonumber(ARGV[2])) .. '}'
redis.call('SET', key.leader, taken)
return taken
`,
};

/** ARGV: token. */
export const releaseScript: Script = {
  keys: ['leader'],
  lua: `
local held = lease()
if held and held.token == ARGV[1] then redis.call('DEL', key.leader) end
return 'ok'
`,
};

const onlyLeader = `
local held = lease()
if not held or held.token ~= ARGV[2] then return 'not-leader' end
`;

/** ARGV: entry, lease token. An entry that is gone was dealt with by another, so it is refused as well. */
export const attemptScript: Script = {
  keys: ['leader', 'outbox', 'attempts'],
  lua: `${onlyLeader}
if #redis.call('XRANGE', key.outbox, ARGV[1], ARGV[1]) == 0 then return 'not-leader' end
redis.call('HSET', key.attempts, ARGV[1], digits(now))
return 'ok'
`,
};

/** ARGV: entry, lease token, and where a thread was begun: incident, ts. The first thread of an incident stays. */
export const deliveredScript: Script = {
  keys: ['leader', 'outbox', 'attempts', 'outboxCounts', 'threads', 'threadTimes'],
  lua: `${onlyLeader}
if redis.call('XDEL', key.outbox, ARGV[1]) == 1 then
  redis.call('HSET', key.outboxCounts, 'delivered', digits((whole(redis.call('HGET', key.outboxCounts, 'delivered')) or 0) + 1))
end
redis.call('HDEL', key.attempts, ARGV[1])
if ARGV[3] then
  if redis.call('HSETNX', key.threads, ARGV[3], ARGV[4]) == 1 then redis.call('ZADD', key.threadTimes, now, ARGV[3]) end
  for _, incident in ipairs(redis.call('ZRANGE', key.threadTimes, 0, -${kept.threads + 1})) do
    redis.call('ZREM', key.threadTimes, incident)
    redis.call('HDEL', key.threads, incident)
  end
end
return 'ok'
`,
};

/** ARGV: how many, or an id. The answer is a list of `{id, head, entry, entry, …}`, newest first. */
export const incidentsScript: Script = {
  keys: ['incidents', 'incidentEntries'],
  readOnly: true,
  lua: `
local ids = {ARGV[2]}
if not ARGV[2] then ids = redis.call('ZREVRANGE', key.incidents, 0, tonumber(ARGV[1]) - 1) end
local found = {}
for _, id in ipairs(ids) do
  local head = redis.call('HGET', key.incidentEntries, 'h|' .. id)
  local n = whole(redis.call('HGET', key.incidentEntries, 'n|' .. id)) or 0
  if head then
    local story = {id, head}
    for i = 1, math.min(n, ${kept.incidentEntries}) do
      story[#story + 1] = redis.call('HGET', key.incidentEntries, 'e|' .. i .. '|' .. id) or ''
    end
    found[#found + 1] = story
  end
end
return found
`,
};
