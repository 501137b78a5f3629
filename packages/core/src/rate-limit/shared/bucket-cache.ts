import type { SharedBucket } from './shared-bucket.ts';

/** Buckets looked at for one to forget. */
const TRIES = 16;

/** What one process remembers of the buckets of one limit. */
export class BucketCache {
  readonly #buckets = new Map<string, SharedBucket>();
  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  get(key: string): SharedBucket | undefined {
    return this.#buckets.get(key);
  }

  /** Adds a bucket, in the place of one that has been known for long and is idle, mostly. */
  add(key: string, bucket: SharedBucket, nowMs: number): void {
    if (this.#buckets.size >= this.#maxKeys) this.#forget(nowMs);
    this.#buckets.set(key, bucket);
  }

  #forget(nowMs: number): void {
    let tries = TRIES;
    for (const [key, bucket] of this.#buckets) {
      this.#buckets.delete(key);
      // What is lost of a busy one is leased tokens, until their lease ends.
      if (bucket.idle(nowMs) || tries <= 0) return;
      this.#buckets.set(key, bucket);
      tries -= 1;
    }
  }
}
