-- reserve.lua promises a seat of one room. A wrong code costs one GET.
--
-- by ('id' or 'code'), the id or the code, a seat
-- {'ok', now, end of the ticket, made, writes, row} | {'notfound' | 'full' | 'locked', now}
local by, id, seat = arg(), arg(), nil
if by == 'code' then id = call('GET', code_key(id)) end
if not id then return {'notfound', int(NOW)} end
seat = read_seat()
local f = read(id)
if not alive(f) or (by ~= 'code' and f.private == '1') then return {'notfound', int(NOW)} end
local why = refusal(id, f, seat)
if why then return {why, int(NOW)} end
return give(id, seat)
