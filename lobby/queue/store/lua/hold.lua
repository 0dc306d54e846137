-- hold.lua ties users to entries, unless others have them.
--
-- KEYS who has each user, as entry:pending
-- of each: entry, an entry that is over or '', ms of the way into the queue, ms that it is kept
-- {'ok', now, of each '' or who has them}
local answer = {'ok', int(NOW)}
for i, key in ipairs(KEYS) do
  local entry, instead, pending, life = arg(), arg(), tonumber(arg()), arg()
  local kept = call('GET', key)
  local has = kept and string.match(kept, '^(.*):%d+$')
  if kept and has ~= entry and has ~= instead then
    answer[i + 2] = kept
  else
    call('SET', key, entry .. ':' .. int(NOW + pending), 'PX', life)
    answer[i + 2] = ''
  end
end
return answer
