-- rehome.lua notes which node watches a waiting entry.
--
-- id, node
-- {'ok', now}
local id, home = arg(), arg()
local kept = call('HGET', WAITING, id)
if kept and home_of(kept) ~= home then
  local rev, doc = string.match(kept, '^(%d+):[^:]*:(.*)$')
  call('HSET', WAITING, id, rev .. ':' .. home .. ':' .. doc)
  tell('in', {'moved', id .. ' ' .. home})
end
return {'ok', int(NOW)}
