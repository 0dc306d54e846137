-- play.lua finds a seat in a room that fits, or makes a room with its maker in it.
--
-- The caller knows all rooms as of revision `since` and names those that fit.
-- Whatever changed later is looked at here, so that no room is overlooked. Who
-- knows too little is told to read the stream of changes and ask again.
--
-- mode, wanted metadata (JSON, '' = any), a seat
-- since, most changes to look at
-- '1' = the candidates are all that fit, the candidates, fullest first
-- rooms to avoid
-- '1' = make a room when none fits, then a claim
--
-- {'ok', now, end of the ticket, made, writes, row} | {'again' | 'none', now}
-- | what claim answers
local mode, want, seat = arg(), arg(), read_seat()
local since, most = arg(), tonumber(arg())
local all, candidates, avoid = arg() == '1', list(), {}
for _, id in ipairs(list()) do avoid[id] = true end
if want ~= '' then want = cjson.decode(want) else want = {} end

-- fits returns how full a room is, nil when it does not fit. It is called often, so
-- it reads no more than it needs.
local function fits(id)
  local r = call('HMGET', room_key(id), 'mode', 'private', 'state', 'node', 'making', 'meta', 'taken', 'seats')
  if r[1] ~= mode or r[2] ~= '0' or r[3] ~= 'open' or avoid[id] or not lives(r[4]) then return nil end
  if r[5] ~= '0' and tonumber(r[5]) <= NOW then return nil end
  if next(want) then
    local have = cjson.decode(r[6])
    for k, v in pairs(want) do
      if have[k] ~= v then return nil end
    end
  end
  local seats = tonumber(r[8])
  local full = counted(id, {taken = r[7]})
  if full >= seats then return nil end
  return full / seats
end

-- The same play sent twice makes one room.
local may_make = arg() == '1'
local wanted = may_make and read_claim()
if wanted and call('HGET', room_key(wanted.id), 'nonce') == wanted.nonce then return claim(wanted, seat) end

for _, id in ipairs(candidates) do
  if fits(id) then return give(id, seat) end
end

local rev, floor = tonumber(call('GET', REV) or '0'), tonumber(call('GET', FLOOR) or '0')
if since ~= '0' and (tonumber(since) < floor or tonumber(since) > rev) then return {'again', int(NOW)} end
local changed = call('ZRANGEBYSCORE', CHANGED, '(' .. since, '+inf', 'LIMIT', 0, most + 1)
local best, fullest = nil, -1
for i = 1, math.min(#changed, most) do
  local full = fits(changed[i])
  if full and full > fullest then best, fullest = changed[i], full end
end
if best then return give(best, seat) end
if not all or #changed > most then return {'again', int(NOW)} end
if not may_make then return {'none', int(NOW)} end
return claim(wanted, seat)
