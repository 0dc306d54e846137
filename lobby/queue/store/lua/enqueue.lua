-- enqueue.lua puts entries into the queue. One that is there, or was, is left as it is.
--
-- how many it may have, how many come, of each id and what is kept
-- {'ok', now, how many are in}: the first so many of those that come; the rest is too much
local most, n = tonumber(arg()), tonumber(arg())
local has, happened, put = call('HLEN', WAITING), {}, 0
for _ = 1, n do
  local id, kept = arg(), arg()
  if has >= most then break end
  if call('EXISTS', done_key(id)) == 0 and call('HSETNX', WAITING, id, kept) == 1 then
    has = has + 1
    happened[#happened + 1] = 'added'
    happened[#happened + 1] = kept
  end
  put = put + 1
end
tell('in', happened)
return {'ok', int(NOW), int(put)}
