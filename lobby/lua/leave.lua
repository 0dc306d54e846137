-- leave.lua ends a node's lease and its rooms' leases at once, so that nobody is
-- sent to them and another node may claim them without waiting.
--
-- ARGV[3] node id
-- ARGV[4] number of rooms, then for each: id, epoch
--
-- {'ok', now}
redis.call('ZREM', NODES, ARGV[3])
redis.call('DEL', node_key(ARGV[3]))
for i = 5, 4 + 2 * tonumber(ARGV[4]), 2 do
  local id, epoch = ARGV[i], ARGV[i + 1]
  local old = redis.call('HMGET', room_key(id), 'epoch', 'gone')
  if old[1] == epoch and not old[2] then
    redis.call('HSET', room_key(id), 'lease', '0')
    place(id)
    redis.call('DEL', held_key(id), spent_key(id))
    redis.call('ZREM', ROOMS, id)
  end
end
return {'ok', int(NOW)}
