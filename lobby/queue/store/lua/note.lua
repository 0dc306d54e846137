-- note.lua replaces what is noted of a user in a queue, if that is still what it was.
--
-- KEYS[1] the note
-- what it was or '', what it is to be, ms that it is kept
-- {'ok', now, '1' or '0'}
local was, text, life = arg(), arg(), arg()
if (call('GET', LEAD) or '') ~= was then return {'ok', int(NOW), '0'} end
call('SET', LEAD, text, 'PX', life)
return {'ok', int(NOW), '1'}
