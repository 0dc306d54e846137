-- end.lua takes entries out that wait.
--
-- epoch, how many, of each: id, the revision that it is thought to have, how it ended
-- {'ok' or 'fenced', now, '1' or '0' of each}
local epoch = arg()
if not leads(epoch) then return {'fenced', int(NOW)} end
local answer, happened = {'ok', int(NOW)}, {}
for _ = 1, tonumber(arg()) do
  local id, rev, ended = arg(), arg(), arg()
  local fits = rev_of(call('HGET', WAITING, id)) == rev
  if fits then
    call('HDEL', WAITING, id)
    call('SET', done_key(id), 'e' .. ended, 'PX', KEPT_AFTER)
    happened[#happened + 1] = 'ended'
    happened[#happened + 1] = ended
  end
  answer[#answer + 1] = fits and '1' or '0'
end
tell('out', happened)
return answer
