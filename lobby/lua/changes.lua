-- changes.lua reads on in the stream of changes.
--
-- since (0 = all living rooms), revision since which nothing must be lost, most
-- rows, most nodes
-- {'ok', now, '1' = there is more, revision read up to, newest revision,
--  {row, ...}, {node, lease, ...}}
-- | {'reset', now}: something is lost; begin at 0
local since, whole, most, nodes = arg(), tonumber(arg()), tonumber(arg()), tonumber(arg())
local rev, floor = tonumber(call('GET', REV) or '0'), tonumber(call('GET', FLOOR) or '0')
if since ~= '0' and (whole < floor or tonumber(since) > rev) then return {'reset', int(NOW)} end
local changed = call('ZRANGEBYSCORE', CHANGED, '(' .. since, '+inf', 'LIMIT', 0, most, 'WITHSCORES')
local rows, last = {}, int(rev)
for i = 1, #changed, 2 do rows[#rows + 1] = row(changed[i]) end
local more = #rows == most
if more then last = int(changed[#changed]) end
local leases = call('ZRANGEBYSCORE', NODES, AFTER_NOW, '+inf', 'WITHSCORES', 'LIMIT', 0, nodes)
return {'ok', int(NOW), more and '1' or '0', last, int(rev), rows, leases}
