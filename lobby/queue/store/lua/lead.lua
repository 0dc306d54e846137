-- lead.lua takes or renews the lease of a queue.
--
-- node, ms of the lease
-- {'ok', now, node, epoch, born}
local node, lease = arg(), arg()
local kept = call('HMGET', LEAD, 'node', 'epoch', 'ends')
local lives = kept[3] and tonumber(kept[3]) > NOW
if lives and kept[1] ~= node then return {'ok', int(NOW), kept[1], kept[2], born()} end
local epoch = kept[2]
if not lives then
  -- From the time on, so that an epoch of before the store was lost is no later one.
  epoch = int(math.max(tonumber(kept[2] or '0') + 1, tonumber(clock[1]) * 1000000 + tonumber(clock[2])))
end
call('HSET', LEAD, 'node', node, 'epoch', epoch, 'ends', int(NOW + tonumber(lease)))
return {'ok', int(NOW), node, epoch, born()}
