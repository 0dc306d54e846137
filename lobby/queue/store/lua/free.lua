-- free.lua undoes a hold that is still the entry's.
--
-- KEYS[1] who has the user
-- entry
-- {'ok', now}
local kept = call('GET', LEAD)
if kept and string.match(kept, '^(.*):%d+$') == arg() then call('DEL', LEAD) end
return {'ok', int(NOW)}
