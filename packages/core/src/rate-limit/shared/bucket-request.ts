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
  /** Only without a report. */
  readonly settlement?: Settlement | undefined;
  readonly hint: BucketHint | undefined;
}

/** What became of leased tokens. Counted once at most, however often it arrives. */
export interface LeaseReport {
  /** End of the generation they are of, in µs of the store. */
  readonly endUs: number;
  /** When it was sent, in µs of the store as far as the process knows. */
  readonly sentUs: number;
  /** Whole tokens. */
  readonly spent: number;
  /** Whole tokens that were not used, and will not be. */
  readonly back: number;
}

/** What makes a correction count once at most, however often it arrives. */
export interface Settlement {
  /** From 1 to 65,535, drawn at random. */
  readonly number: number;
  /** Past this time of the store it does not count. */
  readonly deadlineUs: number;
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
  const telling = hinted || requests.some(({ report, settlement }) => report !== undefined || settlement !== undefined);
  const words = [hinted ? '9' : telling ? '8' : '7'];
  for (const request of requests) {
    const { capacity, tokensPerUs, need, charge, extra, leaseUs, hint } = request;
    words.push(`${capacity}`, `${tokensPerUs}`, `${need}`, `${charge}`, `${count}`, `${extra}`, `${leaseUs}`);
    if (telling) words.push(toldOf(request));
    if (hinted) words.push(hint === undefined ? '' : `${hint.free} ${hint.leased} ${hint.leasedUs}`);
  }
  return words;
}

function toldOf({ report, settlement }: BucketRequest): string {
  if (report !== undefined) return `${report.endUs} ${report.sentUs} ${report.spent} ${report.back}`;
  return settlement === undefined ? '' : `${settlement.number} ${settlement.deadlineUs}`;
}

/** @throws TypeError for a reply that is not one of the script */
export function storeAnswer(reply: unknown, buckets: number): StoreAnswer {
  if (!Array.isArray(reply) || reply.length !== 2 + 5 * buckets) {
    throw new TypeError(`The store answered the script for shared limits with something else: ${typeof reply}`);
  }
  const answers: BucketAnswer[] = [];
  for (let first = 2; first < reply.length; first += 5) {
    answers.push({
      extra: Number(reply[first]),
      free: Number(reply[first + 1]),
      leased: Number(reply[first + 2]),
      leaseUs: Number(reply[first + 3]),
      waitUs: Number(reply[first + 4]),
    });
  }
  return { passed: Number(reply[0]), atUs: Number(reply[1]), buckets: answers };
}
