-- remove.lua takes a room out of the directory; only its owner may.
--
-- ARGV[3] room id
-- ARGV[4] the owner's epoch
--
-- {'ok', now} | {'lost', now}
local seen = redis.call('HGET', room_key(ARGV[3]), 'epoch')
if seen and tonumber(seen) > tonumber(ARGV[4]) then return {'lost', int(NOW)} end
bury(ARGV[3], ARGV[4])
return {'ok', int(NOW)}
