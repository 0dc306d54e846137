-- journal.lua writes the journals of rooms that a node owns, and notes that the node
-- lives.
--
-- node, number of rooms, then for each:
--   id, epoch,
--   the name of its journal, the length that it has at least, bytes that go there,
--   the length and the bytes of the journal that is to come,
--   what then: 'use NAME' = that one takes the place of the other, under a name,
--   'forget' = both go, ''
-- {'ok', now, {'kept' | 'gap' | 'lost', ...}}
local node = arg()
call('HSET', BEATS, node, int(NOW))
call('PEXPIRE', BEATS, FENCE)

local function put(key, at, bytes)
  if bytes == '' then return true end
  if at == 0 then
    if call('STRLEN', key) == 0 then
      call('SET', key, bytes, 'PX', FENCE)
      return true
    end
  elseif call('STRLEN', key) < at then
    return false
  end
  call('SETRANGE', key, at, bytes)
  return true
end

local function write_room()
  local id, epoch = arg(), arg()
  local name, at, tail, fresh_at, fresh, next = arg(), tonumber(arg()), arg(), tonumber(arg()), arg(), arg()
  local owner = call('HMGET', room_key(id), 'epoch', 'node')
  if owner[1] then
    if tonumber(owner[1]) > tonumber(epoch) or (owner[1] == epoch and owner[2] ~= node) then return 'lost' end
  elseif tonumber(call('GET', fence_key(id)) or '0') > tonumber(epoch) then
    return 'lost'
  end
  local key, coming, named = journal_key(id), journal_key(id) .. ':new', journal_key(id) .. ':name'
  if next == 'forget' then
    call('DEL', key, coming, named)
    return 'kept'
  end
  if tail ~= '' and call('GET', named) ~= name then return 'gap' end
  local kept = put(key, at, tail)
  if fresh_at == 0 and fresh ~= '' then call('DEL', coming) end
  kept = put(coming, fresh_at, fresh) and kept
  if kept and next ~= '' then
    if call('STRLEN', coming) ~= fresh_at + #fresh then return 'gap' end
    call('RENAME', coming, key)
    call('PEXPIRE', key, FENCE)
    call('SET', named, string.sub(next, 5), 'PX', FENCE)
  end
  return kept and 'kept' or 'gap'
end

local fates = {}
for i = 1, tonumber(arg()) do fates[i] = write_room() end
return {'ok', int(NOW), fates}
