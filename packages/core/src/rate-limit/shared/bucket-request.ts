/** What is asked of one bucket. */
export interface BucketRequest {
  readonly storeKey: string;
  /** Tokens, above 0. */
  readonly capacity: number;
  /** Above 0. */
  readonly tokensPerUs: number;
  /** Tokens that must be there for one request; 0 always are. */
  readonly need: number;
  /** Tokens that one request takes; below 0 it gives some back. */
  readonly charge: number;
  /** Further whole tokens to lease. */
  readonly extra: number;
  /** How long a lease is good for; 0 takes tokens as spent. */
  readonly leaseUs: number;
  readonly report: LeaseReport | undefined;
  readonly hint: BucketHint | undefined;
}

/** What became of leased tokens. Counted once at most, however often it arrives. */
export interface LeaseReport {
  /** End of the generation they are of, in µs of the store. */
  readonly endUs: number;
  /** Time of the latest answer about the bucket, in µs of the store. */
  readonly baseUs: number;
  /** Whole tokens. */
  readonly spent: number;
  /** Whole tokens that were not used, and will not be. */
  readonly back: number;
}

/** What a process knows of a bucket, for a store that has lost it. */
export interface BucketHint {
  readonly free: number;
  readonly leased: number;
  /** How long the leased tokens stay leased. */
  readonly leasedUs: number;
}

/** What the store says about one bucket. */
export interface BucketAnswer {
  /** Tokens leased in addition to those that the requests took. */
  readonly extra: number;
  /** Tokens left; below 0 after a debt. */
  readonly free: number;
  /** Tokens that processes hold, or have spent without reporting it. */
  readonly leased: number;
  /** How long the lease of these tokens is good for, from some time between question and answer. */
  readonly leaseUs: number;
  /** Until one more request passes. */
  readonly waitUs: number;
}

export interface StoreAnswer {
  /** Requests that pass. */
  readonly passed: number;
  /** Time of the store. */
  readonly atUs: number;
  readonly buckets: readonly BucketAnswer[];
}

/** A question that takes and leases nothing. */
export function bareRequest(
  storeKey: string,
  { capacity, windowSeconds }: { readonly capacity: number; readonly windowSeconds: number },
  hint: BucketHint | undefined,
): BucketRequest {
  const tokensPerUs = capacity / (windowSeconds * 1e6);
  return { storeKey, capacity, tokensPerUs, need: 0, charge: 0, extra: 0, leaseUs: 0, report: undefined, hint };
}

/** The number of requests of a question that fills its bucket. */
export const FILL = -1;

/** Arguments of the script. */
export function scriptArguments(requests: readonly BucketRequest[], count: number): string[] {
  const hinted = requests.some(({ hint }) => hint !== undefined);
  const reported = hinted || requests.some(({ report }) => report !== undefined);
  const words = [hinted ? '14' : reported ? '11' : '7'];
  for (const { capacity, tokensPerUs, need, charge, extra, leaseUs, report, hint } of requests) {
    words.push(`${capacity}`, `${tokensPerUs}`, `${need}`, `${charge}`, `${count}`, `${extra}`, `${leaseUs}`);
    if (report !== undefined) {
      words.push(`${report.endUs}`, `${report.baseUs}`, `${report.spent}`, `${report.back}`);
    } else if (reported) words.push('0', '0', '0', '0');
    if (hint !== undefined) words.push(`${hint.free}`, `${hint.leased}`, `${hint.leasedUs}`);
    else if (hinted) words.push('0', '-1', '0');
  }
  return words;
}

/** @throws TypeError for a reply that is not one of the script */
export function storeAnswer(reply: unknown, buckets: number): StoreAnswer {
  if (!Array.isArray(reply) || reply.length !== 2 + 5 * buckets) {
    throw new TypeError(`The store answered the script for shared limits with something else: ${typeof reply}`);
  }
  const numbers = reply.map(Number);
  const at = (index: number): number => numbers[index] as number;
  return {
    passed: at(0),
    atUs: at(1),
    buckets: Array.from({ length: buckets }, (_, bucket) => {
      const first = 2 + 5 * bucket;
      return {
        extra: at(first),
        free: at(first + 1),
        leased: at(first + 2),
        leaseUs: at(first + 3),
        waitUs: at(first + 4),
      };
    }),
  };
}
