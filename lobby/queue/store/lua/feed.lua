-- feed.lua reads on in a feed.
--
-- feed, the number of the last record that is known or '0', its id in the stream or '-', how many at most
-- {'ok', now, born, the newest number, '1' or '0', {id, {field, value, ...}} ...}: '0' when the last record that
-- is known is there no more. since 0 only the newest record
local feed, since, last, most = arg(), arg(), arg(), arg()
-- Numbers begin with 1, so that 0 is who has read nothing.
call('SET', PREFIX .. feed .. ':n', '1', 'NX')
local newest = call('GET', PREFIX .. feed .. ':n')
local answer = {'ok', int(NOW), born(), newest, '1'}
if since == '0' then
  local record = call('XREVRANGE', PREFIX .. feed, '+', '-', 'COUNT', 1)[1]
  if record then answer[6] = record end
  return answer
end
local from = last
if last ~= '-' then
  from = '(' .. last
  -- A replica that has become the master may lack it, and have others by its number.
  if #call('XRANGE', PREFIX .. feed, last, last) == 0 then answer[5] = '0' end
end
if since == newest then return answer end
for _, record in ipairs(call('XRANGE', PREFIX .. feed, from, '+', 'COUNT', most)) do
  answer[#answer + 1] = record
end
return answer
