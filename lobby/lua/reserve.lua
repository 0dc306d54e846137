-- reserve.lua promises one seat of one room, if it has one.
--
-- ARGV[3] by: 'id', 'code' or 'mode'
-- ARGV[4] the id, the code, or the mode
-- ARGV[5] reservation id: the same reservation sent twice is one seat
-- ARGV[6] ms that the seat is kept
-- ARGV[7] by mode: wanted metadata, JSON; '' = any
-- ARGV[8] by mode: how many rooms to look at, at most
--
-- {'ok', now, end of the reservation in ms, row}
-- | {'notfound' | 'full' | 'locked' | 'none', now}
local by, value, reservation, ttl = ARGV[3], ARGV[4], 'r:' .. ARGV[5], tonumber(ARGV[6])

local function refusal(id, f)
  if not alive(f) or (by ~= 'code' and f.private == '1') then return 'notfound' end
  if redis.call('ZSCORE', held_key(id), reservation) then return nil end
  if f.state ~= 'open' then return 'locked' end
  if counted(id, f.taken) >= tonumber(f.seats) then return 'full' end
  return nil
end

local function hold(id)
  redis.call('ZREMRANGEBYSCORE', held_key(id), '-inf', int(NOW))
  redis.call('ZADD', held_key(id), int(NOW + ttl), reservation)
  redis.call('PEXPIRE', held_key(id), FENCE)
  place(id)
  local f, flat = read(id)
  return {'ok', int(NOW), int(NOW + ttl), {id, counted(id, f.taken), flat}}
end

if by == 'mode' then
  local want = nil
  if ARGV[7] ~= '' then want = cjson.decode(ARGV[7]) end
  for _, at in ipairs(redis.call('ZRANGEBYLEX', mode_key(value), '[0001', '+', 'LIMIT', 0, tonumber(ARGV[8]))) do
    local id = string.sub(at, 6)
    local f = read(id)
    if not refusal(id, f) and matches(f.meta, want) then return hold(id) end
  end
  return {'none', int(NOW)}
end

local id = value
if by == 'code' then id = redis.call('GET', code_key(value)) end
if not id then return {'notfound', int(NOW)} end
local why = refusal(id, (read(id)))
if why then return {why, int(NOW)} end
return hold(id)
