-- cancel.lua takes an entry out that waits, if a node watches it or whoever does. One
-- that nobody knows does not come in any more, if whoever watches it.
--
-- id, the node or '', how it ended
-- {'ok', now}
local id, home, ended = arg(), arg(), arg()
local kept = call('HGET', WAITING, id)
if kept and (home == '' or home_of(kept) == home) then
  call('HDEL', WAITING, id)
  call('SET', done_key(id), 'e' .. ended, 'PX', KEPT_AFTER)
  tell('in', {'removed', id})
  tell('out', {'ended', ended})
elseif not kept and home == '' then
  call('SET', done_key(id), 'e' .. ended, 'PX', KEPT_AFTER, 'NX')
end
return {'ok', int(NOW)}
