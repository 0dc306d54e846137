-- remove.lua takes a room out of the directory; only its owner may.
--
-- node, id, epoch, fenced, reservations that its count holds by now,
-- '1' = only when no seat is promised
-- {'ok', now, writes, '0'} | {'ok', now, '0', end of the last promise} | {'lost', now}
local node, id, epoch, fenced, settled, unpromised = arg(), arg(), arg(), arg(), list(), arg()
local f = read(id)
if f.epoch and (tonumber(f.epoch) > tonumber(epoch) or (f.epoch == epoch and f.node ~= node)) then return {'lost', int(NOW)} end
if unpromised == '1' then
  if #settled > 0 then call('ZREM', held_key(id), unpack(settled)) end
  if call('ZCOUNT', held_key(id), AFTER_NOW, '+inf') > 0 then
    return {'ok', int(NOW), '0', call('ZREVRANGE', held_key(id), 0, 0, 'WITHSCORES')[2]}
  end
end
if f.epoch then bury(id, f) end
-- An id that nobody could guess has one owner for ever. Another may have an
-- owner that stalls, and must not list the room again when it wakes.
if fenced == '1' then call('SET', fence_key(id), epoch, 'PX', FENCE) end
return {'ok', int(NOW), count_write(node), '0'}
