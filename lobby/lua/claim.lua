-- claim.lua makes this node the owner of a room that has none, under an epoch
-- higher than any before.
--
-- ARGV[3] room id
-- ARGV[4] lease, ms
-- ARGV[5] nonce: the same claim sent twice gets the same answer
-- ARGV[6] '1' private: it gets a code
-- ARGV[7] number of code candidates, then the candidates,
--         then field, value, ... of the listing
--
-- {'ok', now, epoch, code} | {'taken', now} | {'nocode', now}
local id, lease, nonce, private, n = ARGV[3], NOW + tonumber(ARGV[4]), ARGV[5], ARGV[6] == '1', tonumber(ARGV[7])
local old = read(id)
if alive(old) then
  if old.nonce == nonce then return {'ok', int(NOW), old.epoch, old.code} end
  return {'taken', int(NOW)}
end

local code = ''
if private then
  if old.code and old.code ~= '' and bind(old.code, id) then code = old.code end
  for i = 8, 7 + n do
    if code == '' and not redis.call('GET', code_key(ARGV[i])) then
      bind(ARGV[i], id)
      code = ARGV[i]
    end
  end
  if code == '' then return {'nocode', int(NOW)} end
elseif old.code and old.code ~= '' and redis.call('GET', code_key(old.code)) == id then
  redis.call('DEL', code_key(old.code))
end

-- At least the time in ms: a store that lost its data, or forgot a room after
-- the fence, still never hands out an epoch that an old owner holds.
local epoch = int(math.max(NOW, tonumber(old.epoch or '0') + 1))

local fields = {'epoch', epoch, 'lease', int(lease), 'nonce', nonce, 'code', code}
for i = 8 + n, #ARGV do fields[#fields + 1] = ARGV[i] end
redis.call('DEL', held_key(id), spent_key(id))
redis.call('HDEL', room_key(id), 'gone')
redis.call('HSET', room_key(id), unpack(fields))
redis.call('PEXPIRE', room_key(id), FENCE)
redis.call('ZADD', ROOMS, int(lease), id)
redis.call('PEXPIRE', ROOMS, FENCE)
place(id)
return {'ok', int(NOW), epoch, code}
