-- Takes from lines of one tag, all or none, and settles leases. Runs on Redis's own clock, so that those of gateways do not
-- matter; what it writes is replicated by its effects (the default since Redis 5).
--
-- KEYS    the lines
-- ARGV    lease: who leases ('' takes without one); late: the microsecond after which the caller no longer waits (0: none);
--         ttl: how long leases hold, in microseconds; then for each line
--           'b', rate, burst, need, want, back, held, 0, 0
--           'q', limit, offset, need, want, back, start, end, period that back belongs to
--         need is for requests that wait and counts as used at once, want is leased beside it, back was taken but not used,
--         held is what the gateway still has of its lease.
-- Answer  now, refused (the first line without anything left, from 1; 0: none; -1: now is not between start and end;
--         -2: late), then for each line
--           got of need, leased of want, microseconds until there may be more, renewed (bucket) or count (quota)
--
-- A bucket never holds more than its burst less what is leased. So tokens and unused leases together grow by the rate alone
-- and stay below the burst, and over any window at most burst + rate * window pass, whoever spends them.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local lease, late, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if late > 0 and now > late then
  return {now, -2}
end
for i = 1, #KEYS do
  local a = 4 + (i - 1) * 9
  if ARGV[a] == 'q' and (now < tonumber(ARGV[a + 6]) or now >= tonumber(ARGV[a + 7])) then
    return {now, -1} -- before anything is written
  end
end
local SETBACK = 10000000 -- a stored time this far ahead of now: Redis's clock was set back

local function fill(b, to)
  if to > b.time then
    b.left = b.left + (to - b.time) * b.rate / 1000000
    b.time = to
  end
  b.left = math.min(b.left, math.max(0, b.burst - b.out))
end

-- expire drops the leases that are over, which count as used, and fills the bucket up to the last of them.
local function expire(b)
  local fields, last, out, first = redis.call('HGETALL', b.key), 0, 0, 0
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 1) == 'l' then
      local amount, ends = string.match(fields[i + 1], '^(%d+) (%d+)$')
      amount, ends = tonumber(amount), tonumber(ends)
      if ends - now > ttl + SETBACK then
        ends = now + ttl
        redis.call('HSET', b.key, fields[i], string.format('%.0f %.0f', amount, ends))
      end
      if ends <= now then
        redis.call('HDEL', b.key, fields[i])
        last = math.max(last, ends)
      else
        out = out + amount
        if first == 0 or ends < first then first = ends end
      end
    end
  end
  fill(b, last)
  b.out, b.first = out, first
end

local function bucket(key, a)
  local h = redis.call('HMGET', key, 't', 'n', 'o', 'x', 'e')
  local b = {key = key, rate = tonumber(ARGV[a + 1]), burst = tonumber(ARGV[a + 2]),
    need = tonumber(ARGV[a + 3]), want = tonumber(ARGV[a + 4]), back = tonumber(ARGV[a + 5]), held = tonumber(ARGV[a + 6])}
  b.time, b.left = tonumber(h[1]) or now, tonumber(h[2]) or b.burst
  b.out, b.first, b.kept = tonumber(h[3]) or 0, tonumber(h[4]) or 0, tonumber(h[5]) or 0
  b.setback = b.time - now > SETBACK
  if b.setback then b.time = now end
  if b.out > 0 and (now >= b.first or b.setback) then expire(b) end
  fill(b, now)
  b.renewed, b.mine = 1, 0
  if lease ~= '' then
    local mine = b.out > 0 and redis.call('HGET', key, 'l' .. lease)
    if mine then b.mine = tonumber(string.match(mine, '^%d+')) end
    if b.mine < b.held then b.held, b.renewed = 0, 0 end
    b.out = b.out - b.mine + b.held
  end
  b.left = math.min(b.left + b.back, math.max(0, b.burst - b.out))
  b.room = math.floor(b.left)
  return b
end

-- keep has Redis keep the bucket until it is full and its leases are over: one that is forgotten is full. It is told seldom.
local function keep(b)
  local full = 3e15
  if b.rate > 0 then full = math.min(b.burst / b.rate * 1000000, full) end
  local least = full + 2 * ttl + 1000000
  if b.kept < now + least or b.setback then
    b.kept = now + 2 * least
    b.keep = string.format('%.0f', 2 * least / 1000)
  end
end

local function settle(b, refused)
  local got, extra = 0, 0
  if not refused then
    got = math.min(b.need, b.room)
    extra = math.min(b.want, b.room - got)
  end
  b.left, b.out = b.left - got - extra, b.out + extra
  if lease ~= '' then
    local mine = b.held + extra
    if mine > 0 then
      redis.call('HSET', b.key, 'l' .. lease, string.format('%.0f %.0f', mine, now + ttl))
      if b.first == 0 or now + ttl < b.first then b.first = now + ttl end
    elseif b.mine > 0 then
      redis.call('HDEL', b.key, 'l' .. lease)
    end
  end
  if b.out == 0 then b.first = 0 end
  if not refused or lease ~= '' or b.back > 0 or b.setback then
    keep(b)
    redis.call('HSET', b.key, 't', string.format('%.0f', b.time), 'n', string.format('%.17g', b.left),
      'o', string.format('%.0f', b.out), 'x', string.format('%.0f', b.first), 'e', string.format('%.0f', b.kept))
    if b.keep then redis.call('PEXPIRE', b.key, b.keep) end
  end
  local wait = 0
  if b.burst - b.out < 1 or b.rate <= 0 then
    wait = math.min(math.max(b.first - now, 1000), 20000) -- all is leased, and may come back
  elseif b.left < 1 then
    wait = math.ceil((1 - b.left) * 1000000 / b.rate) + 1
  end
  return got, extra, wait, b.renewed
end

local function quota(key, a)
  local h = redis.call('HMGET', key, 'p', 'c')
  local q = {key = key, limit = tonumber(ARGV[a + 1]), offset = tonumber(ARGV[a + 2]),
    need = tonumber(ARGV[a + 3]), want = tonumber(ARGV[a + 4]), back = tonumber(ARGV[a + 5]),
    start = tonumber(ARGV[a + 6]), ends = tonumber(ARGV[a + 7])}
  q.period, q.count = tonumber(h[1]), tonumber(h[2])
  if not q.period then
    q.period, q.count, q.fresh = q.start, q.offset, true
  elseif q.period < q.start then
    q.period, q.count, q.fresh = q.start, 0, true
  end
  -- The count may be of a period that began later: it was a shorter one, or the clock was set back. What was taken since the start
  -- of this one is in it too.
  local of = tonumber(ARGV[a + 8])
  if of == q.period or of == q.start then q.count = math.max(0, q.count - q.back) end
  q.room = math.max(0, q.limit - q.count)
  return q
end

local function count(q, refused)
  local got, extra = 0, 0
  if not refused then
    got = math.min(q.need, q.room)
    extra = math.min(q.want, math.floor((q.room - got) / 8)) -- the nearer the end, the less is leased at once
  end
  q.count = q.count + got + extra
  if not refused or q.back > 0 then
    redis.call('HSET', q.key, 'p', string.format('%.0f', q.period), 'c', string.format('%.0f', q.count))
    if q.fresh then
      local after = 31 * 86400000 -- well after the period's end; the first period must not come again
      if q.offset > 0 then after = 400 * 86400000 end
      redis.call('PEXPIRE', q.key, string.format('%.0f', (q.ends - now) / 1000 + after))
    end
  end
  local wait = 0
  if q.count >= q.limit then wait = q.ends - now end
  return got, extra, wait, q.count
end

local lines, refused = {}, 0
for i, key in ipairs(KEYS) do
  local a = 4 + (i - 1) * 9
  local line
  if ARGV[a] == 'b' then line = bucket(key, a) else line = quota(key, a) end
  if refused == 0 and line.need > 0 and line.room < 1 then refused = i end
  lines[i] = line
end
local answer = {now, refused}
for _, line in ipairs(lines) do
  local got, extra, wait, info
  if line.rate then
    got, extra, wait, info = settle(line, refused > 0)
  else
    got, extra, wait, info = count(line, refused > 0)
  end
  for _, v in ipairs({got, extra, wait, info}) do answer[#answer + 1] = v end
end
return answer
