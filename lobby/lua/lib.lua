-- lib.lua stands in front of every script. Plain Lua 5.1 and commands that the
-- embedded store knows: no FUNCTION, cmsgpack, struct or bit.
--
-- KEYS[1] nodes   node id -> end of its lease, ms
-- KEYS[2] rooms   room id -> end of its lease, ms
-- KEYS[3] public  rank:id of every public room, fullest first
-- ARGV[1] prefix  of the keys of one room, code, mode or node; it carries the
--                 same hash tag as KEYS, so that all share one cluster slot
-- ARGV[2] fence   ms that anything outlives its last renewal
--
-- Every script answers {status, store time in ms, ...}.
local NODES, ROOMS, PUBLIC = KEYS[1], KEYS[2], KEYS[3]
local PREFIX, FENCE = ARGV[1], ARGV[2]

local function int(n) return string.format('%.0f', n) end

local clock = redis.call('TIME')
local NOW = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local AFTER_NOW = '(' .. int(NOW)

local function room_key(id) return PREFIX .. 'room:' .. id end
local function held_key(id) return PREFIX .. 'held:' .. id end
local function spent_key(id) return PREFIX .. 'spent:' .. id end
local function code_key(code) return PREFIX .. 'code:' .. code end
local function mode_key(mode) return PREFIX .. 'public:' .. mode end
local function node_key(id) return PREFIX .. 'node:' .. id end

-- read returns a room's fields as a table and as Redis gave them.
local function read(id)
  local flat, f = redis.call('HGETALL', room_key(id)), {}
  for i = 1, #flat, 2 do f[flat[i]] = flat[i + 1] end
  return f, flat
end

-- alive: a room that has an owner and is not over.
local function alive(f)
  return f.lease and tonumber(f.lease) > NOW and f.state ~= 'closed'
end

-- counted is the seats that nobody else can have: occupied as its owner said,
-- and promised since.
local function counted(id, taken)
  return tonumber(taken or '0') + redis.call('ZCOUNT', held_key(id), AFTER_NOW, '+inf')
end

-- place puts a room where its fullness belongs in the public indexes, or takes
-- it out. Rank 0000 is full, 9999 empty: ascending is fullest first, and the
-- rooms with a free seat begin at 0001.
local function place(id)
  local f = read(id)
  local at = ''
  if alive(f) and f.private == '0' then
    local full, seats, rank = counted(id, f.taken), tonumber(f.seats), 0
    if full < seats then rank = 9999 - math.floor(9998 * full / seats) end
    at = string.format('%04d:%s', rank, id)
  end
  if f.at and f.at ~= '' and (f.at ~= at or f.at_mode ~= f.mode) then
    redis.call('ZREM', PUBLIC, f.at)
    redis.call('ZREM', mode_key(f.at_mode), f.at)
  end
  if at ~= '' then
    redis.call('ZADD', PUBLIC, 0, at)
    redis.call('ZADD', mode_key(f.mode), 0, at)
    redis.call('PEXPIRE', PUBLIC, FENCE)
    redis.call('PEXPIRE', mode_key(f.mode), FENCE)
  end
  if f.epoch then redis.call('HSET', room_key(id), 'at', at, 'at_mode', f.mode or '') end
end

-- bind gives a code to a room unless another room has it.
local function bind(code, id)
  local owner = redis.call('GET', code_key(code))
  if owner and owner ~= id then return false end
  redis.call('SET', code_key(code), id, 'PX', FENCE)
  return true
end

-- bury ends a room's listing. Its epoch stays until the fence runs out, so that
-- an owner that comes back late cannot list it again.
local function bury(id, epoch)
  local f = read(id)
  if f.code and f.code ~= '' and redis.call('GET', code_key(f.code)) == id then
    redis.call('DEL', code_key(f.code))
  end
  if f.epoch then
    redis.call('HSET', room_key(id), 'lease', '0')
    place(id)
  end
  redis.call('DEL', room_key(id), held_key(id), spent_key(id))
  redis.call('HSET', room_key(id), 'epoch', epoch, 'gone', '1')
  redis.call('PEXPIRE', room_key(id), FENCE)
  redis.call('ZREM', ROOMS, id)
end

-- matches: the metadata (JSON) has every wanted pair.
local function matches(meta, want)
  if want == nil then return true end
  local have = cjson.decode(meta or '{}')
  for k, v in pairs(want) do
    if have[k] ~= v then return false end
  end
  return true
end
