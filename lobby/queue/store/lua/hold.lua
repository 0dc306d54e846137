-- hold.lua ties users to entries, unless others have them.
--
-- KEYS who has each user, as entry:pending
-- of each: entry, an entry that is over or '', ms of the way into the queue, ms that it is kept
-- {'ok', now, of each '' or who has them}
local answer, holds = {'ok', int(NOW)}, {}
for i, kept in ipairs(call('MGET', unpack(KEYS))) do
  local key, entry, instead, pending, life = KEYS[i], arg(), arg(), tonumber(arg()), arg()
  kept = holds[key] or kept
  local has = kept and string.match(kept, '^(.*):%d+$')
  if kept and has ~= entry and has ~= instead then
    answer[i + 2] = kept
  else
    holds[key] = entry .. ':' .. int(NOW + pending)
    call('SET', key, holds[key], 'PX', life)
    answer[i + 2] = ''
  end
end
return answer
