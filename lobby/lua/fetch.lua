-- fetch.lua reads one document of a shelf.
--
-- shelf; key
-- {'ok', now, the document, '' when there is none}
local shelf = read_shelf()
local key = arg()
local ends = tonumber(call('ZSCORE', shelf.ends, key) or '0')
return {'ok', int(NOW), ends > NOW and call('HGET', shelf.documents, key) or ''}
