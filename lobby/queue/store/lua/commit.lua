-- commit.lua makes matches: of each, all its entries leave the queue and it is
-- written, or nothing of it happens.
--
-- epoch, how many, of each: id, what is kept, how many entries, of each id and revision
-- {'ok' or 'fenced', now, '1' or '0' of each}
local epoch = arg()
if not leads(epoch) then return {'fenced', int(NOW)} end
local answer, happened = {'ok', int(NOW)}, {}
local matches, ids, revs = {}, {}, {}
for m = 1, tonumber(arg()) do
  local match = {id = arg(), kept = arg(), from = #ids + 1}
  for _ = 1, tonumber(arg()) do
    ids[#ids + 1], revs[#revs + 1] = arg(), arg()
  end
  match.to = #ids
  matches[m] = match
end
local waiting, taken, left, live = {}, {}, {}, {}
if #ids > 0 then waiting = call('HMGET', WAITING, unpack(ids)) end
for m, match in ipairs(matches) do
  local fits = true
  for i = match.from, match.to do
    if taken[ids[i]] or rev_of(waiting[i]) ~= revs[i] then fits = false end
  end
  if fits then
    for i = match.from, match.to do
      taken[ids[i]] = true
      left[#left + 1] = ids[i]
      call('SET', done_key(ids[i]), 'm' .. match.id, 'PX', MATCH_KEPT)
    end
    live[#live + 1], live[#live + 2] = match.id, match.kept
    happened[#happened + 1], happened[#happened + 2] = 'match', match.kept
  end
  answer[m + 2] = fits and '1' or '0'
end
if #left > 0 then call('HDEL', WAITING, unpack(left)) end
if #live > 0 then call('HSET', LIVE, unpack(live)) end
tell('out', happened)
return answer
