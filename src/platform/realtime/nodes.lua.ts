// The leases of nodes are a sorted set by when they end, in ms of Redis's own clock. What nodes say is a hash for each key, a
// field for each node. A field of a node without a lease says nothing, and goes when it is met.

const NOW = `
local t = redis.call('time')
local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

const LIVES = `
local function lives(node)
  local lease = redis.call('zscore', KEYS[1], node)
  return lease and tonumber(lease) >= now
end`;

/** KEYS: leases. ARGV: node, ms. @returns 1 when the node was not there, and all nodes that live */
export const BEAT = `${NOW}
redis.call('zremrangebyscore', KEYS[1], '-inf', string.format('(%.0f', now))
local added = redis.call('zadd', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
return {added, redis.call('zrange', KEYS[1], 0, -1)}`;

/** KEYS: leases, then hashes. @returns of each hash the fields of living nodes, with their values */
export const READ = `${NOW}${LIVES}
local found = {}
for i = 2, #KEYS do
  local fields = redis.call('hgetall', KEYS[i])
  local living = {}
  for j = 1, #fields, 2 do
    if lives(fields[j]) then
      living[#living + 1] = fields[j]
      living[#living + 1] = fields[j + 1]
    else
      redis.call('hdel', KEYS[i], fields[j])
    end
  end
  found[#found + 1] = living
end
return found`;

/** KEYS: leases, hash. ARGV: node, its new number, limit of the sum, ms. @returns -1 when it was written, else the others' sum */
export const CLAIM = `${NOW}${LIVES}
local others = 0
local fields = redis.call('hgetall', KEYS[2])
for j = 1, #fields, 2 do
  if fields[j] ~= ARGV[1] and lives(fields[j]) then others = others + tonumber(fields[j + 1]) end
end
if others + tonumber(ARGV[2]) > tonumber(ARGV[3]) then return others end
redis.call('hset', KEYS[2], ARGV[1], ARGV[2])
redis.call('pexpire', KEYS[2], ARGV[4])
return -1`;
