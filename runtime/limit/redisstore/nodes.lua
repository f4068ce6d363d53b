-- Says that a gateway lives (or with leave 1 that it leaves), forgets those not heard of for long, and counts the others.
-- KEYS   the set of gateways. ARGV   gateway, microseconds until one is forgotten, leave. Answer   now, gateways.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
if ARGV[3] == '1' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[2]))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[2] / 500))
return {now, redis.call('ZCARD', KEYS[1])}
