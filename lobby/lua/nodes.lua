-- nodes.lua reads the records of the nodes whose lease runs.
--
-- how many at most
-- {'ok', now, {record, ...}}
local records = {}
for _, node in ipairs(call('ZRANGEBYSCORE', NODES, AFTER_NOW, '+inf', 'LIMIT', 0, tonumber(arg()))) do
  local record = call('HGET', node_key(node), 'record')
  if record then records[#records + 1] = record end
end
return {'ok', int(NOW), records}
