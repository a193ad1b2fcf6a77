// What Redis has to do in one step, as Lua scripts. Each is sent whole: a server that was started anew knows none of them.

/** The last id that a stream ever gave, as text; '0-0' for a stream that does not exist. */
const LAST_ID = `local function last(key)
  if redis.call('exists', key) == 0 then return '0-0' end
  local info = redis.call('xinfo', 'stream', key)
  for i = 1, #info, 2 do if info[i] == 'last-generated-id' then return info[i + 1] end end
end
`;

/** KEYS: the stream. Returns its last id. */
export const TOP: string = `${LAST_ID}return last(KEYS[1])`;

/**
 * KEYS: the stream. ARGV: the position, then names and values of fields. Adds the entry with the id of the one before it as its
 * first field. Returns 1, or 0 if the position is not above the last one.
 */
export const APPEND: string = `${LAST_ID}local before = last(KEYS[1])
if tonumber(string.match(before, '^%d+')) >= tonumber(ARGV[1]) then return 0 end
redis.call('xadd', KEYS[1], ARGV[1] .. '-0', 'previous', before, unpack(ARGV, 2))
return 1`;

/**
 * KEYS: the snapshot, the ticks, the scores. ARGV: position, bytes ('' if they are elsewhere), the position up to which ticks are not
 * needed, how many entries of scores are kept ('' for all).
 */
export const KEEP: string = `if ARGV[2] ~= '' then
  local at = redis.call('hget', KEYS[1], 'at')
  if at and tonumber(at) >= tonumber(ARGV[1]) then return 0 end
  redis.call('hset', KEYS[1], 'at', ARGV[1], 'bytes', ARGV[2])
end
redis.call('xtrim', KEYS[2], 'MINID', ARGV[3] .. '-0')
if ARGV[4] ~= '' then redis.call('xtrim', KEYS[3], 'MAXLEN', ARGV[4]) end
return 1`;

/**
 * KEYS: the workers, then the leases to hold, to take and to give back. ARGV: the worker, milliseconds, how many leases there are to
 * hold, to take, at most to take; 1 for a worker that ends. Returns the number of workers, then 1 or 0 for each lease to hold or to
 * take. The clock is the server's.
 */
export const LEASE: string = `local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, ms, holds, takes, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
if ARGV[6] == '1' then redis.call('zrem', KEYS[1], me) else redis.call('zadd', KEYS[1], now, me) end
redis.call('zremrangebyscore', KEYS[1], '-inf', now - ms)
local reply = { redis.call('zcard', KEYS[1]) }
for i = 2, 1 + holds + takes do
  local mine = 0
  if i <= 1 + holds then
    local owner = redis.call('get', KEYS[i])
    if owner == me then
      redis.call('pexpire', KEYS[i], ms)
      mine = 1
    elseif not owner then
      redis.call('set', KEYS[i], me, 'PX', ms)
      mine = 1
    end
  elseif most > 0 and redis.call('set', KEYS[i], me, 'PX', ms, 'NX') then
    mine = 1
    most = most - 1
  end
  reply[#reply + 1] = mine
end
for i = 2 + holds + takes, #KEYS do
  if redis.call('get', KEYS[i]) == me then redis.call('del', KEYS[i]) end
end
return reply`;
