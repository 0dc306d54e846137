-- turn.lua brings a match to its next revision.
--
-- epoch or '0', id, its revision before, what is kept, '1' when it is over,
-- how many entries come back, of each id and what is kept,
-- how many are over, of each id and how
-- {'ok' or 'fenced', now, '1' or '0'}
local epoch, id, was, kept, over = arg(), arg(), arg(), arg(), arg()
if epoch ~= '0' and not leads(epoch) then return {'fenced', int(NOW)} end
if rev_of(call('HGET', LIVE, id)) ~= was then return {'ok', int(NOW), '0'} end
if over == '1' then
  call('HDEL', LIVE, id)
  call('SET', match_key(id), kept, 'PX', MATCH_KEPT)
else
  call('HSET', LIVE, id, kept)
end
local back, news = {}, {'match', kept}
for _ = 1, tonumber(arg()) do
  local entry, waits = arg(), arg()
  call('DEL', done_key(entry))
  call('HSET', WAITING, entry, waits)
  back[#back + 1] = 'added'
  back[#back + 1] = waits
  news[#news + 1] = 'added'
  news[#news + 1] = waits
end
for _ = 1, tonumber(arg()) do
  local entry, ended = arg(), arg()
  call('SET', done_key(entry), 'e' .. ended, 'PX', KEPT_AFTER)
  news[#news + 1] = 'ended'
  news[#news + 1] = ended
end
tell('in', back)
tell('out', news)
return {'ok', int(NOW), '1'}
