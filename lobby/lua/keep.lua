-- keep.lua keeps a document on a shelf, or takes it off when it is empty.
--
-- shelf; key; document; ms that it is good; 1: only when there is none of the key;
-- the document that it must take the place of, if any;
-- how many the shelf holds; 1: when it is full, the one that ends first goes
-- {'ok', now, '1' when it was kept, the document that is there}
local shelf = read_shelf()
local key, document, ttl, fresh, was, most, evict = arg(), arg(), tonumber(arg()), arg() == '1', arg(), tonumber(arg()), arg() == '1'

-- So many that are over go at each write, so that no write is long.
for _, over in ipairs(call('ZRANGEBYSCORE', shelf.ends, '-inf', int(NOW), 'LIMIT', 0, 100)) do
  call('HDEL', shelf.documents, over)
  call('ZREM', shelf.ends, over)
end
local old = call('HGET', shelf.documents, key)
if old and fresh or was ~= '' and old ~= was then return {'ok', int(NOW), '0', old or ''} end
if document == '' then
  call('HDEL', shelf.documents, key)
  call('ZREM', shelf.ends, key)
else
  if not old and call('HLEN', shelf.documents) >= most then
    if not evict then return {'shelf', int(NOW)} end
    call('HDEL', shelf.documents, call('ZPOPMIN', shelf.ends)[1])
  end
  call('HSET', shelf.documents, key, document)
  call('ZADD', shelf.ends, int(NOW + ttl), key)
end
if call('INCR', shelf.rev) == 1 then call('SET', shelf.rev, int(NOW * 1000)) end
local last = tonumber(call('ZREVRANGE', shelf.ends, 0, 0, 'WITHSCORES')[2] or '0')
local keep_until = int(math.max(last, NOW) + tonumber(FENCE))
call('PEXPIREAT', shelf.documents, keep_until)
call('PEXPIREAT', shelf.ends, keep_until)
call('PEXPIREAT', shelf.rev, keep_until)
return {'ok', int(NOW), '1', document}
