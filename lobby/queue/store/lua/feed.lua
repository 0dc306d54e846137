-- feed.lua tells where a feed ends.
--
-- feed
-- {'ok', now, born, the newest number, the id of its record in the stream or ''}
local feed = arg()
-- Numbers begin with 1, so that 0 is who has read nothing.
call('SET', PREFIX .. feed .. ':n', '1', 'NX')
local record = call('XREVRANGE', PREFIX .. feed, '+', '-', 'COUNT', 1)[1]
return {'ok', int(NOW), born(), call('GET', PREFIX .. feed .. ':n'), record and record[1] or ''}
