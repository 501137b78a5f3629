import { randomFillSync } from 'node:crypto';
import { InvalidArgumentError } from '../errors.ts';
import { shown } from '../options.ts';

/** Keys that are remembered with their hash and their slot, so that busy ones are not hashed again and again. A power of two. */
const MEMO_SIZE = 512;
/** Longer keys are not kept, so that what a scope remembers stays small. */
const MEMO_KEY_LENGTH = 64;
/** One of so many keys that were not remembered takes the place of one that was: a busy key soon is, a flood costs little. */
const REMEMBER_ONE_IN = 8;

/**
 * Makes the 64-bit keyed hashes that stand for keys: HalfSipHash-1-3 under a secret drawn at start, so that nobody can choose keys
 * that meet in one bucket. ("SipHash: a fast short-input PRF", Aumasson and Bernstein, 2012.)
 */
export class KeyHasher {
  readonly #secret: Int32Array;

  /** @param secret two 32-bit words; random ones by default */
  constructor(secret: Int32Array = randomFillSync(new Int32Array(2))) {
    this.#secret = secret;
  }

  /** The keys of one limit: equal keys of two scopes have nothing to do with each other. */
  scope(name: string): KeyScope {
    const own = new Int32Array(2);
    halfSipHash(name, this.#secret[0] ?? 0, this.#secret[1] ?? 0, own);
    return new KeyScope(name, own);
  }
}

/**
 * The keys of one limit. Holds what it found out about the latest key, in the place of a result that would have to be allocated, and so
 * that a key that comes twice in a row costs a comparison.
 */
export class KeyScope {
  readonly name: string;
  latest = '';
  /** Its hash. The low half is never 0, which stands for no key. */
  low = 0;
  high = 0;
  /** Where the bucket of the latest key was seen last. A guess, 0 at first: whoever goes there has to look whose it is. */
  slot = 0;
  readonly #secretLow: number;
  readonly #secretHigh: number;
  readonly #keys: (string | undefined)[] = new Array(MEMO_SIZE).fill(undefined);
  /** Of each remembered key: a tag that tells most others apart without comparing strings, two words of hash, and its slot. */
  readonly #facts = new Int32Array(4 * MEMO_SIZE);
  readonly #result = new Int32Array(2);
  #place = -1;
  #misses = 0;

  constructor(name: string, secret: Int32Array) {
    this.name = name;
    this.#secretLow = secret[0] ?? 0;
    this.#secretHigh = secret[1] ?? 0;
    this.#lookUp(this.latest);
  }

  hash(key: string): void {
    if (key !== this.latest) this.#lookUp(key);
  }

  /** Remembers where the bucket of the latest key is. */
  seeAt(slot: number): void {
    this.slot = slot;
    if (this.#place >= 0) this.#facts[this.#place + 3] = slot;
  }

  #lookUp(key: string): void {
    if (typeof key !== 'string') {
      throw new InvalidArgumentError(`The key of a rate limit must be a string, got ${shown(key)}`);
    }
    this.latest = key;
    const tag = tagOf(key);
    const at = (tag ^ (tag >>> 9) ^ (tag >>> 18)) & (MEMO_SIZE - 1);
    const place = 4 * at;
    if (this.#facts[place] === tag && this.#keys[at] === key) {
      this.#place = place;
      this.low = this.#facts[place + 1] as number;
      this.high = this.#facts[place + 2] as number;
      this.slot = this.#facts[place + 3] as number;
    } else this.#compute(key, tag, at);
  }

  #compute(key: string, tag: number, at: number): void {
    halfSipHash(key, this.#secretLow, this.#secretHigh, this.#result);
    this.low = this.#result[0] || 1;
    this.high = this.#result[1] as number;
    this.slot = 0;
    this.#misses = (this.#misses + 1) % REMEMBER_ONE_IN;
    if (this.#misses !== 0 || key.length > MEMO_KEY_LENGTH) {
      this.#place = -1;
      return;
    }
    this.#place = 4 * at;
    this.#keys[at] = key;
    this.#facts[this.#place] = tag;
    this.#facts[this.#place + 1] = this.low;
    this.#facts[this.#place + 2] = this.high;
    this.#facts[this.#place + 3] = 0;
  }
}

/** The ends of keys differ most. */
function tagOf(key: string): number {
  const { length } = key;
  if (length < 4) return length;
  return (
    key.charCodeAt(length - 1) ^
    (key.charCodeAt(length - 2) << 4) ^
    (key.charCodeAt(length - 3) << 8) ^
    (key.charCodeAt(length - 4) << 14) ^
    (length << 22)
  );
}

/**
 * HalfSipHash with one round per word (two UTF-16 units) and three at the end; the words of the result go into `result`.
 *
 * The round stands here three times: a function would have to hand four numbers back.
 */
function halfSipHash(key: string, secretLow: number, secretHigh: number, result: Int32Array): void {
  const { length } = key;
  let v0 = secretLow;
  let v1 = secretHigh ^ 0xee;
  let v2 = 0x6c796765 ^ secretLow;
  let v3 = 0x74656462 ^ secretHigh;
  const lastPair = length - 1;
  let at = 0;
  for (; at < lastPair; at += 2) {
    const word = key.charCodeAt(at) | (key.charCodeAt(at + 1) << 16);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  const last = (length << 16) | (at < length ? key.charCodeAt(at) : 0);
  v3 ^= last;
  for (let round = 0; round < 4; round += 1) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    if (round !== 0) continue;
    v0 ^= last;
    v2 ^= 0xee;
  }
  result[0] = v1 ^ v3;
  v1 ^= 0xdd;
  for (let round = 0; round < 3; round += 1) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  result[1] = v1 ^ v3;
}
