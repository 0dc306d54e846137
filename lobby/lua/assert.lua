-- assert.lua lists rooms as their owner says they are; what the store has lost is
-- there again afterwards.
--
-- node, number of rooms, then for each:
--   id, epoch, private '0' or '1', code, fenced, reservations that its count
--   holds by now, fields and values
-- {'ok', now, writes, {'owned' | 'nocode' | 'lost', ...}, {row, ...}}
local node = arg()

local function assert_room()
  local id, epoch, private, code, fenced = arg(), arg(), arg(), arg(), arg()
  local settled, given = list(), list()
  local old = call('HMGET', room_key(id), 'epoch', 'node')
  if old[1] then
    if tonumber(old[1]) > tonumber(epoch) or (old[1] == epoch and old[2] ~= node) then return 'lost' end
  elseif tonumber(call('GET', fence_key(id)) or '0') >= tonumber(epoch) then
    return 'lost'
  end

  local answer = 'owned'
  if private == '1' and not bind(code, id) then code, answer = '', 'nocode' end
  if #settled > 0 then call('ZREM', held_key(id), unpack(settled)) end
  local fields = {'epoch', epoch, 'node', node, 'making', '0', 'fenced', fenced, 'code', code, 'rev', touch(id)}
  for _, f in ipairs(given) do fields[#fields + 1] = f end
  call('HSET', room_key(id), unpack(fields))
  call('PEXPIRE', room_key(id), FENCE)
  call('ZREM', GONE, id)
  call('SADD', owned_key(node), id)
  return answer, row(id)
end

local answers, rows = {}, {}
for i = 1, tonumber(arg()) do
  local answer, listed = assert_room()
  answers[i], rows[i] = answer, listed or {}
end
call('PEXPIRE', owned_key(node), FENCE)
return {'ok', int(NOW), count_write(node), answers, rows}
