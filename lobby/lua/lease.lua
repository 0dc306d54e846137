-- lease.lua renews a node's lease, which covers its rooms, and clears away a few
-- rooms of nodes that are dead, but for those that are kept.
--
-- node, lease in ms, the node's record (JSON; scripts do not look into it)
-- writes that the node knows of, most rooms to clear away
-- {'ok', now, '1' = the store still has all that the node wrote}
local node, lease, record, known, sweep = arg(), tonumber(arg()), arg(), tonumber(arg()), tonumber(arg())
local last = call('ZSCORE', NODES, node)
local writes = tonumber(call('HGET', node_key(node), 'writes') or '0')
local complete = last and tonumber(last) > NOW and writes >= known

call('ZADD', NODES, int(NOW + lease), node)
call('HSET', node_key(node), 'record', record, 'writes', int(math.max(writes, known) + 1))
call('PEXPIRE', node_key(node), int(lease))
for _, key in ipairs({NODES, REV, FLOOR, CHANGED, GONE, owned_key(node)}) do call('PEXPIRE', key, FENCE) end

-- One of the first few, whichever: the rooms of one may be waiting for long.
local ended = call('ZRANGEBYSCORE', NODES, '-inf', int(NOW), 'LIMIT', 0, 8)
if #ended > 0 then
  local dead = ended[1 + math.floor(NOW / 10) % #ended]
  local ids, waiting = call('SPOP', owned_key(dead), sweep), {}
  for _, id in ipairs(ids) do
    local f = read(id)
    if f.node == dead and f.kept == '1' then
      waiting[#waiting + 1] = id -- another node takes it over
    elseif f.node == dead then
      bury(id, f)
    end
  end
  if #waiting > 0 then
    call('SADD', owned_key(dead), unpack(waiting))
  elseif #ids < sweep then
    call('ZREM', NODES, dead)
    call('HDEL', BEATS, dead)
    call('DEL', node_key(dead))
  end
end
return {'ok', int(NOW), complete and '1' or '0', int(math.max(writes, known) + 1)}
