-- list.lua reads one page of the public rooms, fullest first.
--
-- ARGV[3] mode; '' = all
-- ARGV[4] wanted metadata, JSON; '' = any
-- ARGV[5] '1' only rooms with a free seat
-- ARGV[6] where the last page ended; '' = begin
-- ARGV[7] rooms a page holds
-- ARGV[8] how many rooms to look at, at most; then the page may be short
--
-- {'ok', now, where this page ended or '' when no more, {row, ...}}
local index, want, free, from = PUBLIC, nil, ARGV[5] == '1', '-'
local size, budget = tonumber(ARGV[7]), tonumber(ARGV[8])
if ARGV[3] ~= '' then index = mode_key(ARGV[3]) end
if ARGV[4] ~= '' then want = cjson.decode(ARGV[4]) end
if free then from = '[0001' end
if ARGV[6] ~= '' then from = '(' .. ARGV[6] end

local rows, ended = {}, ''
while budget > 0 do
  local ask = math.min(100, budget)
  local batch = redis.call('ZRANGEBYLEX', index, from, '+', 'LIMIT', 0, ask)
  for _, at in ipairs(batch) do
    local id = string.sub(at, 6)
    local f, flat = read(id)
    if alive(f) and matches(f.meta, want) then
      local full = counted(id, f.taken)
      if not free or full < tonumber(f.seats) then
        if #rows == size then return {'ok', int(NOW), ended, rows} end
        rows[#rows + 1] = {id, full, flat}
      end
    end
    ended, from = at, '(' .. at
  end
  if #batch < ask then return {'ok', int(NOW), '', rows} end
  budget = budget - ask
end
return {'ok', int(NOW), ended, rows}
