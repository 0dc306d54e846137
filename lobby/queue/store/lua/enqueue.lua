-- enqueue.lua puts entries into the queue. One that is there, or was, is left as it is.
--
-- how many it may have, how many come, of each id, what is kept, the store time in ms
-- after which it does not come in any more, and when the queue must have been born
-- {'ok', now, born, of each 'in', 'full', 'late' or 'reborn'}
local most, n = tonumber(arg()), tonumber(arg())
local ids, keys, come = {}, {}, {}
for i = 1, n do
  local e = {id = arg(), kept = arg(), ends = tonumber(arg()), since = arg()}
  come[i], ids[i], keys[i] = e, e.id, done_key(e.id)
end
local has, happened, answer = call('HLEN', WAITING), {}, {'ok', int(NOW), born()}
local waiting, any_done = call('HMGET', WAITING, unpack(ids)), call('EXISTS', unpack(keys)) > 0
local new, seen = {}, {}
for i, e in ipairs(come) do
  local is = 'in'
  if not waiting[i] and not seen[e.id] and not (any_done and call('EXISTS', keys[i]) == 1) then
    if NOW > e.ends then
      is = 'late'
    elseif e.since ~= answer[3] then
      is = 'reborn'
    elseif has >= most then
      is = 'full'
    else
      has, seen[e.id] = has + 1, true
      new[#new + 1], new[#new + 2] = e.id, e.kept
      happened[#happened + 1], happened[#happened + 2] = 'added', e.kept
    end
  end
  answer[i + 3] = is
end
if #new > 0 then call('HSET', WAITING, unpack(new)) end
tell('in', happened)
return answer
