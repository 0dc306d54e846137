-- owned.lua reads which rooms a node has in the directory.
--
-- node, cursor ('0' = begin), most
-- {'ok', now, next cursor, {id, epoch, ...}}
local node, cursor, most = arg(), arg(), arg()
local page = call('SSCAN', owned_key(node), cursor, 'COUNT', most)
local rooms = {}
for _, id in ipairs(page[2]) do
  local f = call('HMGET', room_key(id), 'epoch', 'node')
  if f[2] == node then rooms[#rooms + 1], rooms[#rooms + 2] = id, f[1] end
end
return {'ok', int(NOW), page[1], rooms}
