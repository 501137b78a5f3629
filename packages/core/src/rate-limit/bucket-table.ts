/** Buckets in a set. Each key may live in one of two sets. */
const WAYS = 8;
/** A key goes to its second set only where the first is this full and the second is less so. */
const CROWDED = 6;
/** Slots per key that may be held: with two sets to choose from, no set is full before the table is. */
const SLOTS_PER_KEY = 1.75;
/** Slots that one insertion into a full table may look at for a bucket to give up. */
const SWEEP = 64;
const PLAN_BITS = 0xffff;
/** From a set to the next, in doubles: the times of its buckets, then as many pairs of 32-bit words. Each is a line of the cache. */
const SET_SIZE = 2 * WAYS;
/** The words begin this much later, in bytes, so that those of slot `s`, whose time is at `s`, are at `2 * s` and behind it. */
const WORDS_OFFSET = 8 * WAYS;

/**
 * A fixed table of buckets, each of 16 bytes: 48 bits of its key's hash, the number of its limit, and the time at which it will be
 * full. No key is kept and nothing is allocated after the start; the system gives the table memory as it is used.
 *
 * A bucket whose time has passed is full, which a new one would be too: its slot is free for anyone. Looking for a bucket reads
 * 8 or 16 slots, whatever the keys are. The low half of a key's hash must not be 0: that is an empty slot.
 */
export class BucketTable {
  readonly maxKeys: number;
  /** When the bucket in each slot will be full. */
  readonly times: Float64Array;
  readonly #words: Int32Array;
  readonly #sets: number;
  readonly #scale: number;
  #occupied = 0;
  #evicted = 0;
  #hand = 0;

  constructor(maxKeys: number) {
    this.maxKeys = maxKeys;
    this.#sets = Math.max(2, Math.ceil((maxKeys * SLOTS_PER_KEY) / WAYS));
    this.#scale = this.#sets / 2 ** 32;
    const buffer = new ArrayBuffer(this.#sets * SET_SIZE * 8);
    this.#words = new Int32Array(buffer, WORDS_OFFSET);
    this.times = new Float64Array(buffer);
  }

  /** Slots in use, full buckets that nobody asked for since included. */
  get occupied(): number {
    return this.#occupied;
  }

  /** Full buckets that gave their slot to another key. */
  get evicted(): number {
    return this.#evicted;
  }

  /** The slot of a key; -1 when it has none. */
  find(low: number, high: number): number {
    const first = this.#firstSet(low, high);
    const slot = this.#findIn(first, low, high);
    return slot >= 0 ? slot : this.#findIn(this.#secondSet(first, low, high), low, high);
  }

  #findIn(set: number, low: number, high: number): number {
    const words = this.#words;
    const start = set * SET_SIZE;
    for (let slot = start; slot < start + WAYS; slot += 1) {
      if (words[2 * slot] === low && this.holds(slot, low, high)) return slot;
    }
    return -1;
  }

  /** Whether a slot that once was a key's still is. */
  holds(slot: number, low: number, high: number): boolean {
    return this.#words[2 * slot] === low && ((this.#words[2 * slot + 1] as number) ^ high) >>> 16 === 0;
  }

  /** {@link holds}, with the bucket under a given limit. */
  holdsUnder(slot: number, low: number, high: number, plan: number): boolean {
    const words = this.#words;
    return words[2 * slot] === low && words[2 * slot + 1] === ((high & ~PLAN_BITS) | plan);
  }

  planOf(slot: number): number {
    return (this.#words[2 * slot + 1] as number) & PLAN_BITS;
  }

  setPlan(slot: number, plan: number): void {
    this.#words[2 * slot + 1] = ((this.#words[2 * slot + 1] as number) & ~PLAN_BITS) | plan;
  }

  /** Gives a new key a slot; -1 when there is none that can be had without loss. */
  insert(low: number, high: number, plan: number, nowMs: number): number {
    const slot = this.#freeSlot(low, high, nowMs);
    if (slot < 0) return -1;
    if (this.planOf(slot) === 0) this.#occupied += 1;
    else this.#evicted += 1;
    this.#setWords(slot, low, (high & ~PLAN_BITS) | plan);
    this.times[slot] = nowMs;
    return slot;
  }

  /** Fills every bucket. Takes a few milliseconds for a million. */
  fillAll(): void {
    for (let set = 0; set < this.#sets; set += 1) {
      const start = set * SET_SIZE;
      this.times.fill(0, start, start + WAYS);
    }
  }

  #freeSlot(low: number, high: number, nowMs: number): number {
    const room = this.#occupied < this.maxKeys || this.#sweep(nowMs);
    const first = this.#firstSet(low, high);
    const live = this.#liveIn(first, nowMs);
    let set = first;
    if (live >= CROWDED) {
      const second = this.#secondSet(first, low, high);
      if (this.#liveIn(second, nowMs) < live) set = second;
    }
    const slot = this.#freeIn(set, nowMs, room);
    return slot < 0 && !room && set === first ? this.#freeIn(this.#secondSet(first, low, high), nowMs, room) : slot;
  }

  #liveIn(set: number, nowMs: number): number {
    const start = set * SET_SIZE;
    let live = 0;
    for (let slot = start; slot < start + WAYS; slot += 1) if ((this.times[slot] as number) > nowMs) live += 1;
    return live;
  }

  /** The slot of a full bucket, which costs nothing of `maxKeys`; else one never used, if there is room for another key. */
  #freeIn(set: number, nowMs: number, room: boolean): number {
    let unused = -1;
    const start = set * SET_SIZE;
    for (let slot = start; slot < start + WAYS; slot += 1) {
      if ((this.times[slot] as number) > nowMs) continue;
      if (this.planOf(slot) !== 0) return slot;
      unused = slot;
    }
    return room ? unused : -1;
  }

  /** Gives up full buckets among the next few slots; whether there were any. */
  #sweep(nowMs: number): boolean {
    for (let step = 0; step < SWEEP; step += 1) {
      const slot = Math.floor(this.#hand / WAYS) * SET_SIZE + (this.#hand % WAYS);
      this.#hand = (this.#hand + 1) % (this.#sets * WAYS);
      if (this.planOf(slot) === 0 || (this.times[slot] as number) > nowMs) continue;
      this.#setWords(slot, 0, 0);
      this.#occupied -= 1;
      this.#evicted += 1;
    }
    return this.#occupied < this.maxKeys;
  }

  #setWords(slot: number, low: number, high: number): void {
    this.#words[2 * slot] = low;
    this.#words[2 * slot + 1] = high;
  }

  #firstSet(low: number, high: number): number {
    // The half of the hash that fingerprints leave out comes first.
    const mixed = ((high << 16) | (high >>> 16)) ^ (low >>> 16);
    return ((mixed >>> 0) * this.#scale) | 0;
  }

  #secondSet(first: number, low: number, high: number): number {
    const second = ((Math.imul(low ^ (high << 7), 0x9e3779b1) >>> 0) * this.#scale) | 0;
    if (second !== first) return second;
    return first + 1 === this.#sets ? 0 : first + 1;
  }
}
