-- nodes.lua reads the records of the nodes whose lease runs.
--
-- ARGV[3] how many at most
--
-- {'ok', now, {record, ...}}
local records = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', NODES, AFTER_NOW, '+inf', 'LIMIT', 0, tonumber(ARGV[3]))) do
  local record = redis.call('GET', node_key(id))
  if record then records[#records + 1] = record end
end
return {'ok', int(NOW), records}
