-- leave.lua gives a lease up.
--
-- epoch
-- {'ok', now}
if leads(arg()) then call('HSET', LEAD, 'ends', '0') end
return {'ok', int(NOW)}
