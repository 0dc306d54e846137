-- lib.lua stands in front of every script. keys.go has the keys.
--
-- KEYS[1] the lease; its hash tag is the queue's
-- ARGV[1] prefix   of the queue's keys
-- ARGV[2] deadline store time in ms after which the script does nothing
-- then what the script reads with arg().
--
-- Every script answers {status, store time in ms, ...}.
local LEAD, PREFIX = KEYS[1], ARGV[1]
local call = redis.call
local WAITING, LIVE, BORN = PREFIX .. 'waiting', PREFIX .. 'live', PREFIX .. 'born'

local function int(n) return string.format('%.0f', n) end

local clock = call('TIME')
local NOW = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
if NOW > tonumber(ARGV[2]) then return {'late', int(NOW)} end

local next_arg = 3
local function arg()
  next_arg = next_arg + 1
  return ARGV[next_arg - 1]
end

-- KEPT_AFTER and MATCH_KEPT are how long what is over can be asked for, ms.
local KEPT_AFTER, MATCH_KEPT = '600000', '3600000'
-- FEED_KEPT is how long a feed keeps records, ms, and RECORDS how many. Each has what
-- one script did, with some 300 entries at most: the time bounds the memory while many
-- come at once, the number while they come one by one.
local FEED_KEPT, RECORDS = 10000, 8192

local function done_key(id) return PREFIX .. 'done:' .. id end
local function match_key(id) return PREFIX .. 'match:' .. id end

-- born returns what changes when the store has lost the queue.
local function born()
  local b = call('GET', BORN)
  if b then return b end
  b = int(NOW) .. '-' .. clock[2]
  call('SET', BORN, b)
  return b
end

-- A waiting entry is kept as rev:home:document.
local function rev_of(kept) return kept and string.match(kept, '^(%d+):') end
local function home_of(kept) return string.match(kept, '^%d+:([^:]*):') end

-- tell appends to a feed what happened, as kind and text by turns.
local function tell(feed, happened)
  if #happened == 0 then return end
  born()
  local n = int(call('INCR', PREFIX .. feed .. ':n'))
  call('XADD', PREFIX .. feed, 'MINID', '~', int(NOW - FEED_KEPT), '*', 'n', n, unpack(happened))
  if tonumber(n) % 256 == 0 then call('XTRIM', PREFIX .. feed, 'MAXLEN', '~', RECORDS) end
end

-- leads reports whether an epoch leads the queue.
local function leads(epoch) return call('HGET', LEAD, 'epoch') == epoch end
