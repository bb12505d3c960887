/** The small scripts beside the commit: beats, routers, the lease, the outbox and the incidents. */
import { kept } from './keys.ts';
import type { Script } from './script.ts';

/**
 * ARGV: node, beat as JSON, its pulse as JSON. A node that is not in the pool leaves no trace. The answer is what {@link BeatAnswer}
 * holds, as text.
 */
export const beatScript: Script = {
  keys: ['nodes', 'seen', 'vitals', 'pulses', 'epoch', 'admissionVersion', 'lever', 'profileOrders'],
  lua: `
local record = redis.call('HGET', key.nodes, ARGV[1])
if record then
  redis.call('ZADD', key.seen, now, ARGV[1])
  redis.call('HSET', key.vitals, ARGV[1], ARGV[2])
  redis.call('HSET', key.pulses, ARGV[1], ARGV[3])
end
-- Whatever stands there, a beat is a beat.
local order = redis.pcall('HGET', key.profileOrders, ARGV[1])
if type(order) ~= 'string' then order = false end
return {digits(now), redis.call('GET', key.epoch), redis.call('GET', key.admissionVersion), record, redis.call('GET', key.lever), order}
`,
};

/** ARGV: node, the order as JSON without its end, which is put behind, for how long it stands in ms. The answer is {@link ProfileAsked}. */
export const profileScript: Script = {
  keys: ['nodes', 'profileOrders'],
  lua: `
if not redis.call('HGET', key.nodes, ARGV[1]) then return 'unknown-node' end
local standing = object(redis.call('HGET', key.profileOrders, ARGV[1]))
if standing and type(standing.untilMs) == 'number' and standing.untilMs > now then return 'busy' end
redis.call('HSET', key.profileOrders, ARGV[1], string.sub(ARGV[2], 1, -2) .. ',"untilMs":' .. digits(now + tonumber(ARGV[3])) .. '}')
return 'asked'
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

/** ARGV: token, for how long in ms, the lease without its end as JSON. The answer is the lease that stands, as JSON. */
export const leaseScript: Script = {
  keys: ['leader'],
  lua: `
local held = lease()
if held and held.token ~= ARGV[1] then return redis.call('GET', key.leader) end
local taken = string.sub(ARGV[3], 1, -2) .. ',"untilMs":' .. digits(now + tonumber(ARGV[2])) .. '}'
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
if not held or held.token ~= ARGV[1] then return 'not-leader' end
local function count(name, more)
  redis.call('HSET', key.outboxCounts, name, digits((whole(redis.call('HGET', key.outboxCounts, name)) or 0) + more))
end
`;

/** ARGV: lease token, letter, entries. Either all of them are marked or none. */
export const attemptScript: Script = {
  keys: ['leader', 'outbox', 'attempts'],
  lua: `${onlyLeader}
for i = 3, #ARGV do
  if #redis.call('XRANGE', key.outbox, ARGV[i], ARGV[i]) == 0 then return 'gone' end
end
for i = 3, #ARGV do redis.call('HSET', key.attempts, ARGV[i], ARGV[2]) end
return 'ok'
`,
};

/**
 * ARGV: lease token, where a thread was begun (incident and ts, both empty where none was), entries. The first thread
 * of an incident stays.
 */
export const deliveredScript: Script = {
  keys: ['leader', 'outbox', 'attempts', 'outboxCounts', 'threads', 'threadTimes'],
  lua: `${onlyLeader}
local delivered = 0
for i = 4, #ARGV do
  delivered = delivered + redis.call('XDEL', key.outbox, ARGV[i])
  redis.call('HDEL', key.attempts, ARGV[i])
end
count('delivered', delivered)
if ARGV[2] ~= '' then
  if redis.call('HSETNX', key.threads, ARGV[2], ARGV[3]) == 1 then redis.call('ZADD', key.threadTimes, now, ARGV[2]) end
  for _, incident in ipairs(redis.call('ZRANGE', key.threadTimes, 0, -${kept.threads + 1})) do
    redis.call('ZREM', key.threadTimes, incident)
    redis.call('HDEL', key.threads, incident)
  end
end
return 'ok'
`,
};

/** ARGV: lease token, entry, what became of it (see PageFate), its incident or ''. */
export const pagedScript: Script = {
  keys: ['leader', 'pages', 'alarms', 'outboxCounts'],
  lua: `${onlyLeader}
local taken = redis.call('XDEL', key.pages, ARGV[2])
if ARGV[3] ~= 'unneeded' then count('pagesDelivered', taken) end
if ARGV[3] == 'ended' then redis.call('ZREM', key.alarms, ARGV[4]) end
if ARGV[3] == 'raised' and ARGV[4] ~= '' then
  redis.call('ZADD', key.alarms, now, ARGV[4])
  redis.call('ZREMRANGEBYRANK', key.alarms, 0, -${kept.alarms + 1})
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

/** ARGV: incident, its evidence as JSON. The oldest go beyond the bound. */
export const keepEvidenceScript: Script = {
  keys: ['evidence', 'evidenceTimes'],
  lua: `
redis.call('HSET', key.evidence, ARGV[1], ARGV[2])
redis.call('ZADD', key.evidenceTimes, now, ARGV[1])
for _, incident in ipairs(redis.call('ZRANGE', key.evidenceTimes, 0, -${kept.evidence + 1})) do
  redis.call('ZREM', key.evidenceTimes, incident)
  redis.call('HDEL', key.evidence, incident)
end
return 'ok'
`,
};

/** ARGV: likeness, node, its profile as JSON. A name is the likeness and the node, joined by a line's end. */
export const keepBaselineScript: Script = {
  keys: ['baselines', 'baselineTimes'],
  lua: `
local name = ARGV[1] .. '\\n' .. ARGV[2]
redis.call('HSET', key.baselines, name, ARGV[3])
redis.call('ZADD', key.baselineTimes, now, name)
for _, old in ipairs(redis.call('ZRANGE', key.baselineTimes, 0, -${kept.baselines + 1})) do
  redis.call('ZREM', key.baselineTimes, old)
  redis.call('HDEL', key.baselines, old)
end
return 'ok'
`,
};

/** ARGV: likeness, node. The answer is `{node, time, JSON}`, or an empty list. */
export const baselineScript: Script = {
  keys: ['baselines', 'baselineTimes'],
  lua: `
local prefix = ARGV[1] .. '\\n'
local all = redis.call('ZRANGE', key.baselineTimes, 0, -1, 'WITHSCORES')
local found
for at = #all - 1, 1, -2 do
  local name = all[at]
  if string.sub(name, 1, #prefix) == prefix then
    local node = string.sub(name, #prefix + 1)
    if not found or node ~= ARGV[2] then found = {node, all[at + 1], name} end
    if node ~= ARGV[2] then break end
  end
end
local json = found and redis.call('HGET', key.baselines, found[3])
if not json then return {} end
return {found[1], found[2], json}
`,
};
