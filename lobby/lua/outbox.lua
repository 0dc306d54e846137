-- outbox.lua appends a message to the stream of outboxes, unless it has it. Of a
-- room and epoch messages come in order, so the mark of the last one says which it
-- has.
--
-- id, room, epoch, tick, n, the message, about how many the stream keeps,
-- ms that the mark outlives the last message
-- {'ok', now, '1' = appended}
local id, room, epoch, tick, n, body, most, life = arg(), arg(), arg(), arg(), arg(), arg(), arg(), arg()
local mark = sent_key(room, epoch)
local last = call('HMGET', mark, 'tick', 'n')
if last[1] then
  local ahead = tonumber(tick) - tonumber(last[1])
  if ahead < 0 or (ahead == 0 and tonumber(n) <= tonumber(last[2])) then return {'ok', int(NOW), '0'} end
end
call('XADD', OUTBOX, 'MAXLEN', '~', most, '*', 'id', id, 'body', body)
call('HSET', mark, 'tick', tick, 'n', n)
call('PEXPIRE', mark, life)
return {'ok', int(NOW), '1'}
