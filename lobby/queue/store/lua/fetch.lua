-- fetch.lua reads what entries are at.
--
-- how many, their ids
-- {'ok', now, for each: '' unknown, 'w' and what waits, 'e' and how it ended, 'm' and its match}
local answer = {'ok', int(NOW)}
for _ = 1, tonumber(arg()) do
  local id = arg()
  local kept, says = call('HGET', WAITING, id), ''
  if kept then
    says = 'w' .. kept
  else
    says = call('GET', done_key(id)) or ''
    if string.sub(says, 1, 1) == 'm' then
      local match = string.sub(says, 2)
      local doc = call('HGET', LIVE, match) or call('GET', match_key(match))
      says = doc and 'm' .. doc or ''
    end
  end
  answer[#answer + 1] = says
end
return answer
