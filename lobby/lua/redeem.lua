-- redeem.lua uses up a reservation. Its seat stays counted until the owner's
-- beat says that the player is in the room's own count, or the hold runs out.
--
-- ARGV[3] room id
-- ARGV[4] epoch that the ticket is for
-- ARGV[5] reservation id
-- ARGV[6] end of the ticket, ms
-- ARGV[7] hold, ms; 0 only looks
--
-- {'ok', now} | {'foreign' | 'expired' | 'used', now}
local id, reservation, ends = ARGV[3], ARGV[5], tonumber(ARGV[6])
local old = redis.call('HMGET', room_key(id), 'epoch', 'gone')
if old[1] and (old[1] ~= ARGV[4] or old[2]) then return {'foreign', int(NOW)} end
if ends <= NOW then return {'expired', int(NOW)} end
if redis.call('ZSCORE', spent_key(id), reservation) then return {'used', int(NOW)} end
if ARGV[7] == '0' then
  return {redis.call('ZSCORE', held_key(id), 'r:' .. reservation) and 'ok' or 'expired', int(NOW)}
end
-- Not there and not used: the store lost it, and with it the promise.
if redis.call('ZREM', held_key(id), 'r:' .. reservation) == 0 then return {'expired', int(NOW)} end
redis.call('ZADD', held_key(id), int(NOW + tonumber(ARGV[7])), 'u:' .. reservation)
redis.call('PEXPIRE', held_key(id), FENCE)
redis.call('ZREMRANGEBYSCORE', spent_key(id), '-inf', int(NOW))
redis.call('ZADD', spent_key(id), int(ends), reservation)
redis.call('PEXPIRE', spent_key(id), FENCE)
return {'ok', int(NOW)}
