-- enqueue.lua puts entries into the queue. One that is there, or was, is left as it is.
--
-- how many it may have, how many come, of each id, what is kept, and the store time in ms
-- after which it does not come in any more
-- {'ok', now, of each 'in', 'full' or 'late'}
local most, n = tonumber(arg()), tonumber(arg())
local has, happened, answer = call('HLEN', WAITING), {}, {'ok', int(NOW)}
for i = 1, n do
  local id, kept, ends = arg(), arg(), tonumber(arg())
  local is = 'in'
  if call('EXISTS', done_key(id)) == 0 and call('HEXISTS', WAITING, id) == 0 then
    if NOW > ends then
      is = 'late'
    elseif has >= most then
      is = 'full'
    else
      call('HSET', WAITING, id, kept)
      has = has + 1
      happened[#happened + 1] = 'added'
      happened[#happened + 1] = kept
    end
  end
  answer[i + 2] = is
end
tell('in', happened)
return answer
