/*
 * The script that applies a commit. It holds no rule: it compares what was expected, and writes what it is told.
 *
 * INVARIANTS
 * - Everything that could fail is looked at before the first write, and the first write is the event: so a commit that
 *   Redis refuses (wrong type of a key, out of memory, read-only replica) has written nothing at all.
 * - So is a user who may run some of its commands only: from Redis 7.0 on, where a script can ask (`acl_check_cmd`).
 * - A record is never decoded and encoded again: version and commit are put behind the record's own JSON.
 * - An id that was applied is answered with the version it got then; one that was given up is not applied any more.
 * - Expecting a node, an unreadable record has no token; so garbage is as good as absent, and a join replaces it.
 *
 * ARGV[1] is the plan as JSON, see ../commit-plan.ts. The answer is `{'committed', version, atMs}`, or
 * `{'conflict', because}`.
 */
import { type KeyName, kept, keyTypes } from './keys.ts';
import type { Script } from './script.ts';

const keys = Object.keys(keyTypes) as readonly KeyName[];

const typesAsLua = keys.map((name) => `{'${name}', '${keyTypes[name]}'}`).join(', ');

/** Every command that writes, as it will be run. */
const writes = `{
  {'XADD', key.events, '*', '', ''}, {'DEL', key.events}, {'SET', key.version, ''}, {'ZADD', key.commits, '1', ''},
  {'ZREMRANGEBYRANK', key.commits, '0', '0'}, {'HSET', key.nodes, '', ''}, {'HDEL', key.nodes, ''}, {'ZREM', key.seen, ''},
  {'LREM', key.live, '0', ''}, {'RPUSH', key.live, ''}, {'ZSCORE', key.incidents, ''}, {'ZRANGE', key.incidents, '0', '0'},
  {'XLEN', key.outbox}, {'XRANGE', key.outbox, '-', '+'}, {'XDEL', key.outbox, '1-0'},
}`;

const lookAtRights = `
if redis.acl_check_cmd then
  for _, command in ipairs(${writes}) do
    if not redis.acl_check_cmd(unpack(command)) then
      return redis.error_reply('NOPERM no permissions to run ' .. command[1] .. ' on ' .. command[2])
    end
  end
end
`;

const lookAtKeys = `
local plan = cjson.decode(ARGV[1])
local function conflict(because) return {'conflict', because} end
for _, pair in ipairs({${typesAsLua}}) do
  local found = redis.call('TYPE', key[pair[1]]).ok
  if found ~= 'none' and found ~= pair[2] then
    -- The stream holds nothing that the records do not, and is made anew below; so is the live list where that is told.
    if not (pair[1] == 'events' or pair[1] == 'live' and plan.whole) then
      return conflict('garbage: ' .. key[pair[1]] .. ' is a ' .. found .. ', not a ' .. pair[2])
    end
  end
end
local function counter(name)
  return whole(redis.call('GET', key[name]) or '0')
end
local version, admission = counter('version'), counter('admissionVersion')
if not version then return conflict('garbage: ' .. key.version .. ' is not a counter') end
if not admission then return conflict('garbage: ' .. key.admissionVersion .. ' is not a counter') end
`;

const onlyOnce = `
local applied = redis.call('ZSCORE', key.commits, plan.id)
if applied then return {'committed', digits(applied), digits(now)} end
if redis.call('ZSCORE', key.commits, '!' .. plan.id) then return conflict('given up: its reply was not waited for') end
`;

const expectations = `
local epoch = redis.call('GET', key.epoch) or nil
local function token(id)
  local record = object(redis.call('HGET', key.nodes, id))
  if not record or type(record.version) ~= 'number' or type(record.commit) ~= 'string' then return nil end
  local n = record.version
  if n < 0 or n ~= math.floor(n) or n > 9007199254740991 then return nil end
  return digits(n) .. ':' .. record.commit
end
local stands = {
  epoch = function(wanted)
    if wanted.epoch ~= epoch then return 'epoch: ' .. (wanted.epoch or 'none') .. ' is now ' .. (epoch or 'none') end
  end,
  head = function(wanted)
    local found = redis.call('GET', key.head) or ''
    if wanted.head ~= found then return 'head: ' .. wanted.head .. ' is now ' .. found end
  end,
  node = function(wanted)
    local found = token(wanted.node)
    if wanted.token ~= found then
      return 'node ' .. wanted.node .. ': ' .. (wanted.token or 'absent') .. ' is now ' .. (found or 'absent')
    end
  end,
  admission = function(wanted)
    if wanted.admissionVersion ~= admission then
      return 'admission: ' .. digits(wanted.admissionVersion) .. ' is now ' .. digits(admission)
    end
  end,
  ['lever-free'] = function()
    local text = redis.call('GET', key.lever)
    if not text then return nil end
    local lever = object(text)
    if not lever or type(lever.untilMs) ~= 'number' or lever.untilMs > now then return 'lever: it is pulled' end
  end,
  fresh = function(wanted)
    if now > wanted.untilMs then
      return 'fresh: it was decided too long ago, by ' .. digits(now - wanted.untilMs) .. ' ms'
    end
  end,
  leader = function(wanted)
    local held = lease()
    if not held or held.token ~= wanted.token then return 'leader: the lease is not of this token' end
  end,
  policy = function(wanted)
    -- A version that is garbage is 0, as it is for the version that comes after it.
    local found = whole(redis.call('HGET', key.policy, 'version') or '0') or 0
    if found ~= wanted.version then
      return 'policy: ' .. digits(wanted.version) .. ' is now ' .. digits(found)
    end
  end,
}
for _, wanted in ipairs(plan.expect) do
  local because = stands[wanted.kind](wanted)
  if because then return conflict(because) end
end
`;

const tellEvent = `
version = version + 1
local stamp = ',"version":' .. digits(version) .. ',"commit":' .. cjson.encode(plan.id) .. '}'
local told = {}
for i, node in ipairs(plan.nodes) do
  if node.json then node.json = string.sub(node.json, 1, -2) .. stamp end
  told[i] = cjson.encode(node.id) .. ':' .. (node.json or 'null')
end
local event = {'commit', plan.id, 'previous', redis.call('GET', key.head) or '', 'epoch', epoch or plan.id,
  'atMs', digits(now), 'what', plan.what, 'nodes', '{' .. table.concat(told, ',') .. '}'}
local function tell(name, value) event[#event + 1] = name; event[#event + 1] = value end
if plan.lever ~= nil then tell('lever', plan.lever or 'null') end
local policyVersion
if plan.policy then
  policyVersion = (whole(redis.call('HGET', key.policy, 'version')) or 0) + 1
  tell('policyVersion', digits(policyVersion))
end
local function append()
  return redis.pcall('XADD', key.events, 'MAXLEN', '~', ${kept.events}, digits(version) .. '-0', unpack(event))
end
local added = append()
if type(added) == 'table' and added.err and
  (string.find(added.err, 'equal or smaller') or string.find(added.err, 'WRONGTYPE')) then
  -- A stranger wrote to the stream, or the counter was lost. Followers see the gap and take a snapshot.
  redis.call('DEL', key.events)
  added = append()
end
if type(added) == 'table' and added.err then return added end
`;

const writeState = `
redis.call('SET', key.version, digits(version))
redis.call('SET', key.head, plan.id)
if not epoch then redis.call('SET', key.epoch, plan.id) end
if plan.moves then redis.call('SET', key.admissionVersion, digits(admission + 1)) end
redis.call('ZADD', key.commits, version, plan.id)
redis.call('ZREMRANGEBYRANK', key.commits, 0, -${kept.commits + 1})
for _, node in ipairs(plan.nodes) do
  if node.json then
    redis.call('HSET', key.nodes, node.id, node.json)
  else
    redis.call('HDEL', key.nodes, node.id)
    redis.call('ZREM', key.seen, node.id)
    redis.call('HDEL', key.vitals, node.id)
    redis.call('HDEL', key.pulses, node.id)
  end
end
if plan.whole then redis.call('DEL', key.live) end
for _, url in ipairs(plan.remove) do redis.call('LREM', key.live, 0, url) end
for _, url in ipairs(plan.add) do
  redis.call('LREM', key.live, 0, url)
  redis.call('RPUSH', key.live, url)
end
if plan.lever then redis.call('SET', key.lever, plan.lever) elseif plan.lever == false then redis.call('DEL', key.lever) end
if plan.policy then
  redis.call('HSET', key.policy, 'version', digits(policyVersion), 'by', plan.policy.by, 'atMs', digits(now),
    'source', plan.policy.source)
end
if plan.lease then redis.call('SET', key.leader, plan.lease) end
for _, router in ipairs(plan.routers) do redis.call('HDEL', key.routers, router) end
`;

const writeStories = `
local entries = key.incidentEntries
for _, step in ipairs(plan.incidents) do
  local id = step.incident
  if not redis.call('ZSCORE', key.incidents, id) then
    redis.call('ZADD', key.incidents, now, id)
    redis.call('HSET', entries, 'h|' .. id, '{"node":' .. cjson.encode(step.node) .. ',"openedMs":' .. digits(now) .. '}')
  end
  local n = math.min((whole(redis.call('HGET', entries, 'n|' .. id)) or 0) + 1, ${kept.incidentEntries})
  redis.call('HSET', entries, 'n|' .. id, n, 'e|' .. n .. '|' .. id, string.sub(step.entry, 1, -2) .. ',"atMs":' .. digits(now) .. '}')
end
for _, id in ipairs(redis.call('ZRANGE', key.incidents, 0, -${kept.incidents + 1})) do
  local n = whole(redis.call('HGET', entries, 'n|' .. id)) or 0
  redis.call('ZREM', key.incidents, id)
  redis.call('HDEL', entries, 'h|' .. id, 'n|' .. id)
  for i = 1, math.min(n, ${kept.incidentEntries}) do redis.call('HDEL', entries, 'e|' .. i .. '|' .. id) end
end
local function count(name, more)
  if more == 0 then return end
  redis.call('HSET', key.outboxCounts, name, digits((whole(redis.call('HGET', key.outboxCounts, name)) or 0) + more))
end
-- Beyond the bound the oldest go, and count as lost.
local function queue(stream, notices, most)
  for _, notice in ipairs(notices) do redis.call('XADD', stream, '*', 'notice', notice) end
  local over = math.max(0, redis.call('XLEN', stream) - most)
  if over > 0 then
    for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+', 'COUNT', over)) do
      redis.call('XDEL', stream, entry[1])
      redis.call('HDEL', key.attempts, entry[1])
    end
  end
  return over
end
count('written', #plan.notices)
count('lost', queue(key.outbox, plan.notices, ${kept.notices}))
count('pagesLost', queue(key.pages, plan.pages, ${kept.pages}))
return {'committed', digits(version), digits(now)}
`;

export const commitScript: Script = {
  keys,
  lua: lookAtRights + lookAtKeys + onlyOnce + expectations + tellEvent + writeState + writeStories,
};

/**
 * Asks what became of a commit whose reply was lost, ARGV[1] being its id. One that has not been applied is given up
 * in the same breath, so that it stays so even if it is still on its way. The answer is a commit's.
 */
export const lookUpScript: Script = {
  keys: ['commits', 'version'],
  lua: `
local applied = redis.call('ZSCORE', key.commits, ARGV[1])
if applied then return {'committed', digits(applied), digits(now)} end
redis.call('ZADD', key.commits, whole(redis.call('GET', key.version)) or 0, '!' .. ARGV[1])
redis.call('ZREMRANGEBYRANK', key.commits, 0, -${kept.commits + 1})
return {'conflict', 'the pool has not seen it, and it was given up'}
`,
};
