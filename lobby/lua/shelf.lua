-- shelf.lua reads a whole shelf, unless the reader has it.
--
-- shelf; the revision that the reader has
-- {'ok', now, revision, {key, document, ...}}; the list is empty at the same revision
local shelf = read_shelf()
local known = arg()
local rev = call('GET', shelf.rev) or '0'
local documents = {}
if rev ~= known then
  local ends, list = {}, call('ZRANGEBYSCORE', shelf.ends, AFTER_NOW, '+inf')
  for _, key in ipairs(list) do ends[key] = true end
  local flat = call('HGETALL', shelf.documents)
  for i = 1, #flat, 2 do
    if ends[flat[i]] then
      documents[#documents + 1] = flat[i]
      documents[#documents + 1] = flat[i + 1]
    end
  end
end
return {'ok', int(NOW), rev, documents}
