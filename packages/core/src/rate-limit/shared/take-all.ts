import { InvalidArgumentError } from '../../errors.ts';
import type { AcquireOptions } from '../limiter-options.ts';
import { assertCanPass } from '../validate.ts';
import type { BucketRequest } from './bucket-request.ts';
import type { BucketWorld } from './bucket-world.ts';
import { pause } from './pause.ts';
import type { SharedBucket } from './shared-bucket.ts';
import { type SharedDecision, type SharedRate, sharedDecision } from './shared-decision.ts';

/** What can be asked together with other limits. */
export interface ClaimedLimit {
  readonly name: string;
  readonly group: string | undefined;
  readonly rate: SharedRate;
  readonly world: BucketWorld;
  bucket(key: string): SharedBucket;
}

/** What one request wants of one limit. */
export interface SharedClaim {
  readonly limit: ClaimedLimit;
  readonly key: string;
  readonly cost: number;
  /** Whether a full bucket is enough for a cost above the capacity. */
  readonly mayGoIntoDebt?: boolean;
}

/**
 * Takes what a request wants of several limits, of all or of none, by one decision of the store. One decision for each claim; all are
 * admitted or those are not that lack tokens.
 *
 * @throws InvalidArgumentError for limits that are not of one limiter and one group, or a cost that can never pass; the signal's reason
 */
export async function takeAll(
  claims: readonly SharedClaim[],
  options: Omit<AcquireOptions, 'cost' | 'queue'> = {},
): Promise<readonly SharedDecision[]> {
  const [first] = claims;
  if (first === undefined) return [];
  assertTogether(claims);
  const { maxWaitMs = 0, signal } = options;
  const { clock, link } = first.limit.world;
  const untilMs = clock.now() + maxWaitMs;
  for (;;) {
    signal?.throwIfAborted();
    const requests = claims.map((claim) => requestOf(claim, clock.now()));
    let decisions: readonly SharedDecision[];
    try {
      const answer = await link.ask(requests, 1);
      decisions = claims.map(({ limit, key }, at) => {
        const bucket = answer.buckets[at] ?? { extra: 0, free: 0, leased: 0, leaseUs: 0, waitUs: 0 };
        limit.bucket(key).learn(answer, bucket, clock.now());
        return sharedDecision(limit.rate, bucket.free, answer.passed === 1 ? 0 : bucket.waitUs / 1000, 'store');
      });
      if (answer.passed === 1) return decisions;
    } catch {
      return alone(claims);
    }
    const waitMs = Math.max(...decisions.map(({ retryAfterMs }) => retryAfterMs), 0.1);
    if (clock.now() + waitMs > untilMs) return decisions;
    await pause(waitMs, signal, clock);
  }
}

function requestOf({ limit, key, cost, mayGoIntoDebt }: SharedClaim, nowMs: number): BucketRequest {
  const need = mayGoIntoDebt === true ? Math.min(cost, limit.rate.capacity) : cost;
  return { ...limit.bucket(key).level.bare(nowMs), need, charge: cost };
}

/** Decides without the store. Tokens of limits that admit are kept when another one refuses: never too many are admitted. */
function alone(claims: readonly SharedClaim[]): readonly SharedDecision[] {
  return claims.map(({ limit, key, cost }) => limit.bucket(key).decideAlone(Math.min(cost, limit.rate.capacity)));
}

function assertTogether(claims: readonly SharedClaim[]): void {
  const [first] = claims;
  for (const { limit, cost, mayGoIntoDebt } of claims) {
    if (mayGoIntoDebt !== true) assertCanPass(cost, limit.rate.capacity, `the limit '${limit.name}'`);
    if (claims.length === 1) continue;
    if (limit.world !== first?.limit.world || limit.group === undefined || limit.group !== first.limit.group) {
      throw new InvalidArgumentError(
        `The limits '${first?.limit.name}' and '${limit.name}' cannot decide together: give both the same group`,
      );
    }
  }
}
