-- claim.lua makes a node the owner of a room and seats its maker, if it is
-- somebody.
--
-- a claim, a seat ('' = nobody)
-- {'ok', now, end of the ticket, made, writes, row} | {'taken' | 'nocode', now}
local wanted = read_claim()
return claim(wanted, read_seat())
