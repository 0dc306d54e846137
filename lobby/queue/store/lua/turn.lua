-- turn.lua brings matches to their next revisions. Of one that is at another revision
-- than was thought, nothing is done.
--
-- epoch or '0', how many, of each: id, its revision before, what is kept, ms that it is kept when it is over, or '0',
-- how many entries come back, of each id and what is kept,
-- how many are over, of each id and how
-- {'ok' or 'fenced', now, '1' or '0' of each}
local epoch = arg()
if epoch ~= '0' and not leads(epoch) then return {'fenced', int(NOW)} end
local answer, back, news = {'ok', int(NOW)}, {}, {}
local function add(list, kind, text)
  list[#list + 1] = kind
  list[#list + 1] = text
end
for _ = 1, tonumber(arg()) do
  local id, was, kept, over = arg(), arg(), arg(), arg()
  local fits = rev_of(call('HGET', LIVE, id)) == was
  if fits then
    if over ~= '0' then
      call('HDEL', LIVE, id)
      call('SET', match_key(id), kept, 'PX', over)
    else
      call('HSET', LIVE, id, kept)
    end
    add(news, 'match', kept)
  end
  for _ = 1, tonumber(arg()) do
    local entry, waits = arg(), arg()
    if fits then
      call('DEL', done_key(entry))
      call('HSET', WAITING, entry, waits)
      add(back, 'added', waits)
      add(news, 'added', waits)
    end
  end
  for _ = 1, tonumber(arg()) do
    local entry, ended = arg(), arg()
    if fits then
      call('SET', done_key(entry), 'e' .. ended, 'PX', KEPT_AFTER)
      add(news, 'ended', ended)
    end
  end
  answer[#answer + 1] = fits and '1' or '0'
end
tell('in', back)
tell('out', news)
return answer
