-- enqueue.lua puts entries into the queue. One that is there, or was, is left as it is.
--
-- how many it may have, how many come, of each id, what is kept, the store time in ms
-- after which it does not come in any more, and when the queue must have been born
-- {'ok', now, born, of each 'in', 'full', 'late' or 'reborn'}
local most, n = tonumber(arg()), tonumber(arg())
local has, happened, answer = call('HLEN', WAITING), {}, {'ok', int(NOW), born()}
for i = 1, n do
  local id, kept, ends, since = arg(), arg(), tonumber(arg()), arg()
  local is = 'in'
  if call('EXISTS', done_key(id)) == 0 and call('HEXISTS', WAITING, id) == 0 then
    if NOW > ends then
      is = 'late'
    elseif since ~= answer[3] then
      is = 'reborn'
    elseif has >= most then
      is = 'full'
    else
      call('HSET', WAITING, id, kept)
      has = has + 1
      happened[#happened + 1] = 'added'
      happened[#happened + 1] = kept
    end
  end
  answer[i + 3] = is
end
tell('in', happened)
return answer
