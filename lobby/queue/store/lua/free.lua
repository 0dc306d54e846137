-- free.lua undoes holds that are still the entries'.
--
-- KEYS who has each user
-- of each: entry
-- {'ok', now, of each ''}
local answer, free = {'ok', int(NOW)}, {}
for i, kept in ipairs(call('MGET', unpack(KEYS))) do
  local entry = arg()
  if kept and string.match(kept, '^(.*):%d+$') == entry then free[#free + 1] = KEYS[i] end
  answer[i + 2] = ''
end
if #free > 0 then call('DEL', unpack(free)) end
return answer
