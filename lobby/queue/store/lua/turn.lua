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
local turns, ids = {}, {}
for i = 1, tonumber(arg()) do
  local turn = {id = arg(), was = arg(), kept = arg(), over = arg(), back = {}, ended = {}}
  for _ = 1, 2 * tonumber(arg()) do turn.back[#turn.back + 1] = arg() end
  for _ = 1, 2 * tonumber(arg()) do turn.ended[#turn.ended + 1] = arg() end
  turns[i], ids[i] = turn, turn.id
end
local is, live, over = {}, {}, {} -- what each match is at; matches to be written, and those to be taken out
if #ids > 0 then
  for i, kept in ipairs(call('HMGET', LIVE, unpack(ids))) do is[ids[i]] = kept end
end
for i, turn in ipairs(turns) do
  local fits = rev_of(is[turn.id]) == turn.was
  if fits then
    add(news, 'match', turn.kept)
    if turn.over ~= '0' then
      is[turn.id] = false
      over[#over + 1] = turn.id
      call('SET', match_key(turn.id), turn.kept, 'PX', turn.over)
    else
      is[turn.id] = turn.kept
      add(live, turn.id, turn.kept)
    end
    for k = 1, #turn.back, 2 do
      local entry, waits = turn.back[k], turn.back[k + 1]
      call('DEL', done_key(entry))
      call('HSET', WAITING, entry, waits)
      add(back, 'added', waits)
      add(news, 'added', waits)
    end
    for k = 1, #turn.ended, 2 do
      call('SET', done_key(turn.ended[k]), 'e' .. turn.ended[k + 1], 'PX', KEPT_AFTER)
      add(news, 'ended', turn.ended[k + 1])
    end
  end
  answer[i + 2] = fits and '1' or '0'
end
if #live > 0 then call('HSET', LIVE, unpack(live)) end
if #over > 0 then call('HDEL', LIVE, unpack(over)) end
tell('in', back)
tell('out', news)
return answer
