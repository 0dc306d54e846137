-- beat.lua renews a node's lease and re-asserts the listings of its rooms; what
-- the store has lost is there again afterwards. It also sweeps what ran out.
--
-- ARGV[3] node id
-- ARGV[4] lease, ms
-- ARGV[5] the node's record, JSON; scripts do not look into it
-- ARGV[6] the signing key to put back when the store has none; '' = not kept there
-- ARGV[7] how many rooms to sweep at most
-- ARGV[8] number of rooms, then for each:
--         id, epoch, private '0' or '1', code,
--         number of settled reservations, their ids,
--         number of fields and values, field, value, ...
--
-- {'ok', now, signing key, {per room 'owned' | 'nocode' | 'lost'}}
local node, lease, sweep = ARGV[3], int(NOW + tonumber(ARGV[4])), tonumber(ARGV[7])
local next_arg = 9
local function arg()
  next_arg = next_arg + 1
  return ARGV[next_arg - 1]
end

local function assert_room()
  local id, epoch, private, code = arg(), arg(), arg(), arg()
  local settled, fields = {}, {'epoch', epoch, 'lease', lease}
  for _ = 1, tonumber(arg()) do settled[#settled + 1] = 'u:' .. arg() end
  for _ = 1, tonumber(arg()) do fields[#fields + 1] = arg() end

  local old = redis.call('HMGET', room_key(id), 'epoch', 'gone')
  local seen = tonumber(old[1] or '0')
  if seen > tonumber(epoch) or (seen == tonumber(epoch) and old[2]) then return 'lost' end

  local answer = 'owned'
  if private == '1' and not bind(code, id) then code, answer = '', 'nocode' end
  fields[#fields + 1], fields[#fields + 2] = 'code', code
  if #settled > 0 then redis.call('ZREM', held_key(id), unpack(settled)) end
  if old[2] then redis.call('HDEL', room_key(id), 'gone') end
  redis.call('HSET', room_key(id), unpack(fields))
  redis.call('PEXPIRE', room_key(id), FENCE)
  redis.call('ZADD', ROOMS, lease, id)
  place(id)
  return answer
end

redis.call('ZADD', NODES, lease, node)
redis.call('PEXPIRE', NODES, FENCE)
redis.call('SET', node_key(node), ARGV[5], 'PX', ARGV[4])

local answers = {}
for i = 1, tonumber(ARGV[8]) do answers[i] = assert_room() end
if #answers > 0 then redis.call('PEXPIRE', ROOMS, FENCE) end

if sweep > 0 then
  redis.call('ZREMRANGEBYSCORE', NODES, '-inf', int(NOW))
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', ROOMS, '-inf', int(NOW), 'LIMIT', 0, sweep)) do
    place(id)
    redis.call('DEL', held_key(id), spent_key(id))
    redis.call('ZREM', ROOMS, id)
  end
end

local secret = ''
if ARGV[6] ~= '' then
  redis.call('SET', PREFIX .. 'secret', ARGV[6], 'NX')
  secret = redis.call('GET', PREFIX .. 'secret')
end
return {'ok', int(NOW), secret, answers}
