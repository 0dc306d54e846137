-- leave.lua ends a node's lease, and with it the listings of its rooms, so that
-- another node may claim them without waiting. Other nodes clear them away.
--
-- node
-- {'ok', now}
local node = arg()
if call('SCARD', owned_key(node)) == 0 then
  call('ZREM', NODES, node)
else
  call('ZADD', NODES, 0, node)
  call('PEXPIRE', NODES, FENCE)
end
call('DEL', node_key(node))
call('HDEL', BEATS, node)
return {'ok', int(NOW)}
