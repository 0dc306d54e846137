-- hold.lua ties a user to an entry, unless another has them.
--
-- KEYS[1] who has the user, as entry:pending
-- entry, an entry that is over or '', ms of the way into the queue, ms that it is kept
-- {'ok', now, '' or who has them}
local entry, instead, pending, life = arg(), arg(), tonumber(arg()), arg()
local kept = call('GET', LEAD)
if kept then
  local has = string.match(kept, '^(.*):%d+$')
  if has ~= entry and has ~= instead then return {'ok', int(NOW), kept} end
end
call('SET', LEAD, entry .. ':' .. int(NOW + pending), 'PX', life)
return {'ok', int(NOW), ''}
