-- match.lua reads a match.
--
-- id
-- {'ok', now, what is kept, or ''}
local id = arg()
return {'ok', int(NOW), call('HGET', LIVE, id) or call('GET', match_key(id)) or ''}
