import type { BucketRequest, StoreAnswer } from '../../../../packages/core/src/rate-limit/shared/bucket-request.ts';
import { type ModelBucket, StoreModel } from '../../../../packages/core/src/simulate/shared/store-model.ts';

/** Mistakes that a script could make: what searches for them must find. */
export type Flaw =
  | 'refills beside what is leased'
  | 'counts a report that comes twice'
  | 'forgets leases before the time that they lasted'
  | 'promises a lease for longer than it counts'
  | 'takes a report of one generation for another';

/** The modelled store, with a mistake. */
export class FlawedStore extends StoreModel {
  readonly #flaw: Flaw;

  constructor(flaw: Flaw) {
    super();
    this.#flaw = flaw;
  }

  override run(requests: readonly BucketRequest[], count: number, nowUs: number): StoreAnswer {
    const answer = super.run(
      requests.map((request) => this.#before(request, nowUs)),
      count,
      nowUs,
    );
    if (this.#flaw === 'promises a lease for longer than it counts') {
      return { ...answer, buckets: answer.buckets.map((bucket) => ({ ...bucket, leaseUs: bucket.leaseUs + 2 })) };
    }
    if (this.#flaw === 'refills beside what is leased') {
      for (const { storeKey } of requests) Object.assign(this.#kept(storeKey) ?? {}, { current: 0, before: 0 });
    }
    return answer;
  }

  #kept(storeKey: string): ModelBucket | undefined {
    return this.buckets.get(storeKey);
  }

  #before(request: BucketRequest, nowUs: number): BucketRequest {
    const kept = this.#kept(request.storeKey);
    if (kept === undefined) return request;
    const { report } = request;
    const elapsed = nowUs - kept.atUs;
    switch (this.#flaw) {
      case 'counts a report that comes twice':
        kept.lanes = [16_777_215, 16_777_215];
        return request;
      case 'forgets leases before the time that they lasted':
        if (elapsed >= kept.leftBefore) kept.before = 0;
        if (elapsed >= kept.left) kept.current = 0;
        return request;
      case 'takes a report of one generation for another':
        return report === undefined ? request : { ...request, report: { ...report, endUs: kept.atUs + kept.left } };
      default:
        return request;
    }
  }
}
