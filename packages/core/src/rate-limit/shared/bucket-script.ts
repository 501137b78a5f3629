import { createHash } from 'node:crypto';

/**
 * The one script behind all shared limits. It takes tokens of one bucket or of several, all or none, on the time of the store.
 *
 * A bucket is one string, little-endian: version (1 byte), microseconds of its last change (7), free tokens (double), tokens per
 * microsecond it was last used under (float); and while tokens are leased: microseconds from the last change to the end of the current
 * generation of leases, tokens in it, the same of the generation before, and how long ago the last report of each of two lanes was based
 * (6 × 4 bytes). 20 or 44 bytes, so that Redis keeps it in one piece.
 *
 * Free and leased tokens together never exceed the capacity. That is why leases cannot over-admit in any window: what a process still
 * holds has kept the bucket from refilling. A generation that ends takes its tokens with it, spent or lost, so a crash costs what the
 * process held and nobody has to be known by name. Whoever leases is told how long the lease is good for, and stops before.
 *
 * A report of what was spent of a generation may arrive twice, or late. It names the answer on which it is based, and counts only if no
 * report with a base as late was seen in its lane: so once at most. One that does not count leaves tokens leased for a little longer.
 *
 * `KEYS`: the buckets. `ARGV[1]`: arguments for each bucket, 7, 11 or 14, which follow bucket by bucket:
 * capacity; tokens per µs; tokens that must be there for one request; tokens that one takes; requests (of which fewer may pass; -1 fills
 * the bucket); further tokens to lease; µs that a lease is good for (0: the tokens count as spent at once);
 * [end of the generation that is reported, base of the report, tokens spent of it, tokens given back of it;
 * [free tokens, leased ones and µs that those are good for, should the store have forgotten the bucket; -1 when unknown]].
 *
 * Answers: requests that pass, µs of the store, and for each bucket: tokens leased in addition, free tokens, tokens leased by everybody,
 * µs until the end of the current generation, µs until one more request would pass (0 when it would now).
 */
const SOURCE = `
local stride = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local min, max, floor = math.min, math.max, math.floor
local buckets = {}
local passing = nil

for i = 1, #KEYS do
  local o = 1 + (i - 1) * stride
  local cap, rate, need = tonumber(ARGV[o + 1]), tonumber(ARGV[o + 2]), tonumber(ARGV[o + 3])
  local count, lease = tonumber(ARGV[o + 5]), cap > 4294967295 and 0 or tonumber(ARGV[o + 7])
  local free, left, current, leftBefore, before, lane0, lane1 = cap, 0, 0, 0, 0, 4294967295, 4294967295
  local changed = false
  local raw = redis.call('GET', KEYS[i])
  if raw then
    local version, at, oldRate
    version, at, free, oldRate = struct.unpack('<BI7df', raw)
    if version ~= 1 then return redis.error_reply('CROSSBRIDGE unknown version ' .. version .. ' of the bucket ' .. KEYS[i]) end
    if math.abs(oldRate - rate) <= rate * 1e-6 then oldRate = rate end
    local elapsed = max(0, now - at)
    local done = 0
    if #raw > 20 then
      left, current, leftBefore, before, lane0, lane1 = struct.unpack('<I4I4I4I4I4I4', raw, 21)
      if before > 0 then
        done = min(elapsed, leftBefore)
        free = min(free + done * oldRate, max(cap - current - before, 0))
        if elapsed >= leftBefore then before = 0 end
      end
      if current > 0 then
        local part = max(min(elapsed, left), done)
        free = min(free + (part - done) * oldRate, max(cap - current - before, 0))
        done = part
        if elapsed >= left then current = 0 end
      end
      left, leftBefore = max(left - elapsed, 0), max(leftBefore - elapsed, 0)
      lane0, lane1 = min(lane0 + elapsed, 4294967295), min(lane1 + elapsed, 4294967295)
    end
    free = min(free + (elapsed - done) * oldRate, max(cap - current - before, 0))
  elseif stride == 14 then
    local known = tonumber(ARGV[o + 13])
    if known >= 0 then
      free = min(tonumber(ARGV[o + 12]), cap)
      if tonumber(ARGV[o + 14]) > 0 then current, left = known, tonumber(ARGV[o + 14]) end
      free = min(free, max(cap - current, 0))
      changed = free < cap
    end
  end

  if stride >= 11 then
    local ending, base = tonumber(ARGV[o + 8]), tonumber(ARGV[o + 9])
    local spent, back = tonumber(ARGV[o + 10]), tonumber(ARGV[o + 11])
    local lane = base % 2
    local last = now - (lane == 0 and lane0 or lane1)
    if ending > 0 and base > last and base <= now then
      local taken = 0
      if current > 0 and ending == now + left then
        taken = min(current, spent + back)
        current = current - taken
      elseif before > 0 and ending == now + leftBefore then
        taken = min(before, spent + back)
        before = before - taken
      end
      if taken > 0 then
        free = min(free + max(taken - spent, 0), max(cap - current - before, 0))
        if lane == 0 then lane0 = now - base else lane1 = now - base end
        changed = true
      end
    end
  end

  if count < 0 then
    free = max(cap - current - before, 0)
    changed = true
  elseif need > 0 then
    local fits = max(floor((free + 1e-6) / need), 0)
    if lease > 0 and fits > 1 then fits = max(floor(max(free / 2, free - cap / 4) / need), 1) end
    count = min(count, fits)
  end
  passing = passing and min(passing, count) or count
  buckets[i] = { o, cap, rate, lease, free, left, current, leftBefore, before, lane0, lane1, changed, raw and true }
end

local asked = tonumber(ARGV[6])
local reply = { max(passing, 0), now }
for i = 1, #KEYS do
  local o, cap, rate, lease, free, left, current, leftBefore, before, lane0, lane1, changed, known = unpack(buckets[i])
  local need, charge = tonumber(ARGV[o + 3]), tonumber(ARGV[o + 4])
  local taken, extra = 0, 0
  if passing > 0 then taken = passing * charge end
  if lease > 0 and (passing > 0 or asked == 0) then
    extra = max(min(tonumber(ARGV[o + 6]), floor((free - taken) / 4)), 0)
    if taken + extra > 0 then
      if left < lease / 2 then
        if left > 0 then
          before, leftBefore = before + current, max(leftBefore, left)
        end
        current, left = 0, max(lease, leftBefore)
      end
      current = current + taken + extra
    end
  end
  if taken ~= 0 or extra > 0 then
    free = free - taken - extra
    if taken < 0 then free = min(free, max(cap - current - before, 0)) end
    changed = true
  end
  if changed then
    local leases = left > 0 or leftBefore > 0
    local expiry = (cap - free) / rate + (leases and max(left, leftBefore) or 0)
    expiry = min(max(math.ceil(expiry / 1000), 1), 1e14)
    if passing < 0 and known then expiry = max(expiry, redis.call('PTTL', KEYS[i])) end
    local value = struct.pack('<BI7df', 1, now, free, rate)
    if leases then value = value .. struct.pack('<I4I4I4I4I4I4', left, current, leftBefore, before, lane0, lane1) end
    redis.call('SET', KEYS[i], value, 'PX', string.format('%.0f', expiry))
  end
  local wait = 0
  if need > free + 1e-6 then
    wait = (need - free) / rate
    if need > cap - current - before then wait = max(wait, need > cap - current and left or leftBefore) end
    wait = math.ceil(wait)
  end
  local at = 3 + (i - 1) * 5
  reply[at], reply[at + 1], reply[at + 2] = extra, string.format('%.17g', free), current + before
  reply[at + 3], reply[at + 4] = left, min(wait, 9e15)
end
return reply
`;

/** A script and the name under which a server remembers it. */
export interface StoreScript {
  readonly source: string;
  readonly sha: string;
}

export const BUCKET_SCRIPT: StoreScript = {
  source: SOURCE,
  sha: createHash('sha1').update(SOURCE).digest('hex'),
};
