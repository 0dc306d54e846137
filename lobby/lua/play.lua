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

local function fits(id)
  local f = read(id)
  if avoid[id] or f.private ~= '0' or f.mode ~= mode or not alive(f) or refusal(id, f, seat) then return nil end
  local have = cjson.decode(f.meta)
  for k, v in pairs(want) do
    if have[k] ~= v then return nil end
  end
  return counted(id, f) / tonumber(f.seats)
end

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
if arg() ~= '1' then return {'none', int(NOW)} end
return claim(read_claim(), seat)
