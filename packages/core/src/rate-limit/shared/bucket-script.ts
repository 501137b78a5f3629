import { createHash } from 'node:crypto';

/** A settlement arrives by then or not at all, and so long its number is remembered even of a full bucket. */
export const SETTLED_MS = 1_000;
/** A bucket of a larger capacity leases nothing: it has no room for more leased tokens. */
export const MOST_LEASED = 4_294_967_295;

/**
 * The one script behind all shared limits. It takes tokens of one bucket or of several, all or none, on the time of the store.
 *
 * A bucket is one string, little-endian: version (1 byte), microseconds of its last change (7), free tokens (double), tokens per
 * microsecond it was last used under (float); and while tokens are leased: microseconds from the last change to the end of the current
 * generation of leases, tokens in it, the same of the generation before, and how long ago the last report of each of two lanes was sent
 * (3 + 4 + 3 + 4 + 3 + 3 bytes); and once a reservation was settled, the numbers of the last two settlements (2 × 2 bytes). The length
 * tells what is there: 20, 24, 40 or 44 bytes, so that Redis keeps it in one piece.
 *
 * The version is that of this format, not of the script: scripts that differ share buckets as long as the format is the same. A script that
 * finds another one touches nothing and says so; whoever changes the format must read the old one, and go on writing it for a release.
 *
 * Free and leased tokens together never exceed the capacity. That is why leases cannot over-admit in any window: what a process still
 * holds has kept the bucket from refilling. A generation that ends takes its tokens with it, spent or lost, so a crash costs what the
 * process held and nobody has to be known by name. Whoever leases is told how long the lease is good for, and stops before.
 *
 * A report of what was spent of a generation may arrive twice, or late. It says when it was sent, and counts only if no report
 * sent as late was seen in its lane: so once at most. One that was overtaken does not count either, and leaves tokens leased until the end
 * of their generation.
 *
 * A settlement may arrive twice or late as well: it counts once at most among the last two of its bucket, and not past its deadline.
 *
 * `KEYS`: the buckets. `ARGV[1]`: arguments for each bucket, 7 to 9, which follow bucket by bucket:
 * capacity; tokens per µs; tokens that must be there for one request; tokens that one takes; requests (of which fewer may pass; -1 fills
 * the bucket); further tokens to lease; µs that a lease is good for (0: the tokens count as spent at once);
 * ['end sent spent back': end of the generation that is reported, when the report was sent, tokens spent of it, tokens given back of it;
 * or 'number deadline' of a settlement; or nothing;
 * ['free leased µs': free tokens, leased ones and how long those are good for, should the store have forgotten the bucket; or nothing]].
 *
 * Answers: requests that pass, µs of the store, and for each bucket: tokens leased in addition, free tokens, tokens leased by everybody,
 * µs until the end of the current generation, µs until one more request would pass (0 when it would now).
 */
const SOURCE = `
local stride = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local min, max, floor = math.min, math.max, math.floor
local function numbers(text)
  local found = {}
  for word in string.gmatch(text, '%S+') do found[#found + 1] = tonumber(word) end
  return found
end
local buckets = {}
local passing = nil

for i = 1, #KEYS do
  local o = 1 + (i - 1) * stride
  local cap, rate, need = tonumber(ARGV[o + 1]), tonumber(ARGV[o + 2]), tonumber(ARGV[o + 3])
  local count, lease = tonumber(ARGV[o + 5]), cap > ${MOST_LEASED} and 0 or min(tonumber(ARGV[o + 7]), 16777215)
  local free, left, current, leftBefore, before, lane0, lane1 = cap, 0, 0, 0, 0, 16777215, 16777215
  local settled = ''
  local changed = false
  local raw = redis.call('GET', KEYS[i])
  if raw then
    local version, at, oldRate
    version, at, free, oldRate = struct.unpack('<BI7df', raw)
    if version ~= 1 then return redis.error_reply('CROSSBRIDGE unknown version ' .. version .. ' of the bucket ' .. KEYS[i]) end
    if math.abs(oldRate - rate) <= rate * 1e-6 then oldRate = rate end
    local elapsed = max(0, now - at)
    local done = 0
    if #raw % 20 == 4 then settled = string.sub(raw, -4) end
    if #raw >= 40 then
      left, current, leftBefore, before, lane0, lane1 = struct.unpack('<I3I4I3I4I3I3', raw, 21)
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
      lane0, lane1 = min(lane0 + elapsed, 16777215), min(lane1 + elapsed, 16777215)
    end
    free = min(free + (elapsed - done) * oldRate, max(cap - current - before, 0))
  elseif stride == 9 and ARGV[o + 9] ~= '' then
    local known = numbers(ARGV[o + 9])
    free = min(known[1], cap)
    if known[3] > 0 then current, left = known[2], min(known[3], 16777215) end
    free = min(free, max(cap - current, 0))
    changed = free < cap
  end

  local told = stride > 7 and ARGV[o + 8] ~= '' and numbers(ARGV[o + 8]) or {}
  if #told == 2 then
    local number = struct.pack('<I2', told[1])
    local seen = string.sub(settled, 1, 2) == number or string.sub(settled, 3) == number
    if seen or now > told[2] then count = 0
    else settled = number .. (settled == '' and '\\0\\0' or string.sub(settled, 1, 2)) end
  elseif #told == 4 then
    local ending, sent, spent, back = unpack(told)
    local lane = sent % 2
    local last = now - (lane == 0 and lane0 or lane1)
    if sent > last and sent <= now then
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
        if lane == 0 then lane0 = now - sent else lane1 = now - sent end
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
  buckets[i] = { o, cap, rate, lease, free, left, current, leftBefore, before, lane0, lane1, changed, raw and true, settled }
end

local asked = tonumber(ARGV[6])
local reply = { max(passing, 0), now }
for i = 1, #KEYS do
  local o, cap, rate, lease, free, left, current, leftBefore, before, lane0, lane1, changed, known, settled = unpack(buckets[i])
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
    expiry = min(max(math.ceil(expiry / 1000), settled == '' and 1 or ${SETTLED_MS}), 1e14)
    if passing < 0 and known then expiry = max(expiry, redis.call('PTTL', KEYS[i])) end
    local value = struct.pack('<BI7df', 1, now, free, rate)
    if leases then value = value .. struct.pack('<I3I4I3I4I3I3', left, current, leftBefore, before, lane0, lane1) end
    redis.call('SET', KEYS[i], value .. settled, 'PX', string.format('%.0f', expiry))
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
