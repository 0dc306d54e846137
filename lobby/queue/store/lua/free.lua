-- free.lua undoes holds that are still the entries'.
--
-- KEYS who has each user
-- of each: entry
-- {'ok', now, of each ''}
local answer = {'ok', int(NOW)}
for i, key in ipairs(KEYS) do
  local entry, kept = arg(), call('GET', key)
  if kept and string.match(kept, '^(.*):%d+$') == entry then call('DEL', key) end
  answer[i + 2] = ''
end
return answer
