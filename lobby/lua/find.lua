-- find.lua reads one living room, public or private.
--
-- ARGV[3] by: 'id' or 'code'
-- ARGV[4] the id or the code
--
-- {'ok', now, row} | {'notfound', now}
local id = ARGV[4]
if ARGV[3] == 'code' then id = redis.call('GET', code_key(id)) end
if not id then return {'notfound', int(NOW)} end
local f, flat = read(id)
if not alive(f) then return {'notfound', int(NOW)} end
return {'ok', int(NOW), {id, counted(id, f.taken), flat}}
