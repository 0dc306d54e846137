-- lib.lua stands in front of every script. keys.go has the keys.
--
-- KEYS[1] nodes    node -> end of its lease, ms
-- ARGV[1] prefix   of all keys; its hash tag puts them into the slot of KEYS
-- ARGV[2] deadline store time in ms after which the script does nothing: whoever
--                  asked has been told by then that the store does not answer
-- ARGV[3] fence    ms that anything outlives its last renewal
-- then what the script reads with arg() and list(), in order; a list is its
-- length and its members.
--
-- Every script answers {status, store time in ms, ...}. A row is
-- {id, ends of its promises, {field, value, ...}}; without fields the room is gone.
local NODES = KEYS[1]
local PREFIX, DEADLINE, FENCE = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local call = redis.call

local function int(n) return string.format('%.0f', n) end

local clock = call('TIME')
local NOW = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local AFTER_NOW = '(' .. int(NOW)
if NOW > DEADLINE then return {'late', int(NOW)} end

local next_arg = 4
local function arg()
  next_arg = next_arg + 1
  return ARGV[next_arg - 1]
end
local function list()
  local members = {}
  for i = 1, tonumber(arg()) do members[i] = arg() end
  return members
end

local REV, FLOOR, CHANGED, GONE = PREFIX .. 'rev', PREFIX .. 'floor', PREFIX .. 'changed', PREFIX .. 'gone'
local function room_key(id) return PREFIX .. 'room:' .. id end
local function held_key(id) return PREFIX .. 'held:' .. id end
local function fence_key(id) return PREFIX .. 'fence:' .. id end
local function code_key(code) return PREFIX .. 'code:' .. code end
local function node_key(node) return PREFIX .. 'node:' .. node end
local function owned_key(node) return PREFIX .. 'owned:' .. node end
local function journal_key(id) return PREFIX .. 'journal:' .. id end
local OUTBOX, BEATS = PREFIX .. 'outbox', PREFIX .. 'beats'
local function sent_key(room, epoch) return PREFIX .. 'sent:' .. room .. ':' .. epoch end

-- read_shelf reads the name of a shelf and returns its keys.
local function read_shelf()
  local key = PREFIX .. 'shelf:' .. arg()
  return {documents = key, ends = key .. ':ends', rev = key .. ':rev'}
end

-- GONE_KEPT is how many rooms that ended the stream of changes still tells of; a
-- reader that is further behind reads all living rooms instead.
local GONE_KEPT = 1024

-- touch puts a room at the end of the stream of changes. A stream that begins
-- anew begins at the time, so beyond every number of an earlier one.
local function touch(id)
  local rev = call('INCR', REV)
  if rev == 1 then
    rev = NOW * 1000
    call('SET', REV, int(rev))
    call('SET', FLOOR, int(rev - 1), 'PX', FENCE)
  end
  call('PEXPIRE', REV, FENCE)
  call('ZADD', CHANGED, int(rev), id)
  call('PEXPIRE', CHANGED, FENCE)
  return int(rev)
end

-- count_write numbers what a node wrote, so that it sees when the store lost some.
local function count_write(node)
  local n = call('HINCRBY', node_key(node), 'writes', 1)
  if n == 1 then call('PEXPIRE', node_key(node), FENCE) end
  return int(n)
end

-- read returns a room's fields as a table and as Redis gave them.
local function read(id)
  local flat, f = call('HGETALL', room_key(id)), {}
  for i = 1, #flat, 2 do f[flat[i]] = flat[i + 1] end
  return f, flat
end

local leases = {}
local function lives(node)
  if leases[node] == nil then leases[node] = tonumber(call('ZSCORE', NODES, node) or '0') > NOW end
  return leases[node]
end

-- alive: a room that is not over, whose node's lease runs, and that is made or
-- still has time for it.
local function alive(f)
  if not f.epoch or f.state == 'closed' then return false end
  if f.making ~= '0' and tonumber(f.making) <= NOW then return false end
  return lives(f.node)
end

-- counted is the seats that nobody else can have: occupied as the owner said,
-- and promised since.
local function counted(id, f)
  return tonumber(f.taken) + call('ZCOUNT', held_key(id), AFTER_NOW, '+inf')
end

-- PROMISES_KEPT is how many promises a row has one by one; of more, all end with
-- the last.
local PROMISES_KEPT = 100

local function row(id)
  local _, flat = read(id)
  local n, ends = call('ZCOUNT', held_key(id), AFTER_NOW, '+inf'), {}
  if n > PROMISES_KEPT then
    ends = {int(n), call('ZREVRANGE', held_key(id), 0, 0, 'WITHSCORES')[2]}
  elseif n > 0 then
    local held = call('ZRANGEBYSCORE', held_key(id), AFTER_NOW, '+inf', 'WITHSCORES')
    ends[1] = '0'
    for i = 2, #held, 2 do ends[#ends + 1] = held[i] end
  end
  return {id, ends, flat}
end

-- bind gives a code to a room unless another room has it.
local function bind(code, id)
  local owner = call('GET', code_key(code))
  if owner and owner ~= id then return false end
  call('SET', code_key(code), id, 'PX', FENCE)
  return true
end

local function unbind(code, id)
  if code and code ~= '' and call('GET', code_key(code)) == id then call('DEL', code_key(code)) end
end

-- bury takes a room out. It leaves an entry in the stream of changes, until
-- GONE_KEPT others have ended.
local function bury(id, f)
  unbind(f.code, id)
  call('DEL', room_key(id), held_key(id))
  call('SREM', owned_key(f.node), id)
  call('ZADD', GONE, touch(id), id)
  call('PEXPIRE', GONE, FENCE)
  for _ = 1, 2 do
    if call('ZCARD', GONE) > GONE_KEPT then
      local old = call('ZPOPMIN', GONE)
      call('ZREM', CHANGED, old[1])
      call('SET', FLOOR, int(old[2]), 'PX', FENCE)
    end
  end
end

-- hold promises a seat. Its place is counted for some time longer than the
-- promise is good, in which the owner says that the player is in its own count.
local function read_seat()
  return {id = arg(), ttl = tonumber(arg()), grace = tonumber(arg())}
end
local function hold(id, seat)
  if seat.id == '' then return end
  call('ZREMRANGEBYSCORE', held_key(id), '-inf', int(NOW))
  call('ZADD', held_key(id), int(NOW + seat.ttl + seat.grace), seat.id)
  call('PEXPIRE', held_key(id), FENCE)
end

-- seated is the answer to who has a seat now.
local function seated(id, seat, made, writes)
  return {'ok', int(NOW), int(NOW + seat.ttl), made, writes, row(id)}
end

-- refusal says why a room has no seat for somebody, nil when it has one.
local function refusal(id, f, seat)
  if call('ZSCORE', held_key(id), seat.id) then return nil end
  if f.state ~= 'open' then return 'locked' end
  if counted(id, f) >= tonumber(f.seats) then return 'full' end
  return nil
end

-- give seats somebody in a room that has a seat.
local function give(id, seat)
  if not call('ZSCORE', held_key(id), seat.id) then
    hold(id, seat)
    call('HSET', room_key(id), 'rev', touch(id))
  end
  return seated(id, seat, '0', '0')
end

-- read_claim reads what claim takes.
local function read_claim()
  return {
    id = arg(), node = arg(), lease = tonumber(arg()), making = tonumber(arg()), nonce = arg(),
    instead = arg(), silent = tonumber(arg()), fenced = arg(), private = arg() == '1', codes = list(), fields = list(),
  }
end

-- beats: the node has written journals within so many ms.
local function beats(node, ms)
  return ms > 0 and tonumber(call('HGET', BEATS, node) or '0') + ms > NOW
end

-- claim makes a node the owner of a room that has none, under an epoch higher
-- than any before, and seats its maker. The same claim sent twice is one. One that
-- names the epoch of an owner takes the room from that one and no other, if it has
-- been silent for long enough.
local function claim(c, seat)
  local old = read(c.id)
  if alive(old) and old.nonce == c.nonce then return seated(c.id, seat, '1', '0') end
  if c.instead == '0' then
    if alive(old) then return {'taken', int(NOW)} end
  elseif old.epoch and (old.epoch ~= c.instead or beats(old.node, c.silent)) then
    return {'taken', int(NOW)}
  end
  local code = ''
  if c.private then
    if old.code and old.code ~= '' and bind(old.code, c.id) then code = old.code end
    for _, candidate in ipairs(c.codes) do
      if code == '' and not call('GET', code_key(candidate)) then
        bind(candidate, c.id)
        code = candidate
      end
    end
    if code == '' then return {'nocode', int(NOW)} end
  else
    unbind(old.code, c.id)
  end

  -- At least the time in ms: a store that lost its data never hands out an epoch
  -- that an old owner holds.
  local fenced = call('GET', fence_key(c.id)) or '0'
  local epoch = math.max(NOW, tonumber(old.epoch or '0') + 1, tonumber(fenced) + 1)
  local lease = tonumber(call('ZSCORE', NODES, c.node) or '0')
  call('ZADD', NODES, int(math.max(lease, NOW + c.lease)), c.node)
  call('PEXPIRE', NODES, FENCE)

  local fields = {
    'epoch', int(epoch), 'node', c.node, 'making', int(NOW + c.making), 'nonce', c.nonce, 'fenced', c.fenced,
    'code', code, 'rev', touch(c.id),
  }
  for _, f in ipairs(c.fields) do fields[#fields + 1] = f end
  if old.node and old.node ~= c.node then call('SREM', owned_key(old.node), c.id) end
  call('DEL', room_key(c.id), held_key(c.id))
  call('HSET', room_key(c.id), unpack(fields))
  call('PEXPIRE', room_key(c.id), FENCE)
  call('ZREM', GONE, c.id)
  call('SADD', owned_key(c.node), c.id)
  call('PEXPIRE', owned_key(c.node), FENCE)
  hold(c.id, seat)
  return seated(c.id, seat, '1', count_write(c.node))
end
