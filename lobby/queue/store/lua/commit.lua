-- commit.lua makes matches: of each, all its entries leave the queue and it is
-- written, or nothing of it happens.
--
-- epoch, how many, of each: id, what is kept, how many entries, of each id and revision
-- {'ok' or 'fenced', now, '1' or '0' of each}
local epoch = arg()
if not leads(epoch) then return {'fenced', int(NOW)} end
local answer, happened = {'ok', int(NOW)}, {}
for _ = 1, tonumber(arg()) do
  local id, kept, ids, fits = arg(), arg(), {}, true
  local revs = {}
  for i = 1, tonumber(arg()) do ids[i], revs[i] = arg(), arg() end
  for i, waiting in ipairs(call('HMGET', WAITING, unpack(ids))) do
    if rev_of(waiting) ~= revs[i] then fits = false end
  end
  if fits then
    call('HDEL', WAITING, unpack(ids))
    for i = 1, #ids do call('SET', done_key(ids[i]), 'm' .. id, 'PX', MATCH_KEPT) end
    call('HSET', LIVE, id, kept)
    happened[#happened + 1] = 'match'
    happened[#happened + 1] = kept
  end
  answer[#answer + 1] = fits and '1' or '0'
end
tell('out', happened)
return answer
