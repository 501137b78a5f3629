import { DEFAULT_RATE_LIMIT_USE } from '../defaults.ts';
import type { OperationInput, OperationRateLimitInput } from '../input.ts';
import type { Path } from '../path.ts';
import { placeName, type Review } from '../review.ts';
import type { OperationConfig, OperationRateLimitConfig, RateLimitConfig, RateLimitingConfig } from '../types.ts';
import { entry, layered } from './merge.ts';
import { limit } from './rate-limiting.ts';

type Limits = Pick<OperationConfig, 'rateLimit' | 'rateLimits'>;

/** Completes the limits of one operation after another, and sees to it that no two of them have the same name. */
export class OperationLimits {
  readonly #rateLimiting: RateLimitingConfig;
  readonly #review: Review;
  readonly #named = new Map<string, Path>();

  constructor(rateLimiting: RateLimitingConfig, review: Review) {
    this.#rateLimiting = rateLimiting;
    this.#review = review;
  }

  of(operation: string, given: OperationInput): Limits {
    const rateLimit = this.#own(operation, given.rateLimit);
    const rateLimits = (given.rateLimits ?? []).map((one, index) => this.#further(operation, one ?? {}, index));
    return this.#rateLimiting.enabled ? { rateLimit, rateLimits } : { rateLimit: null, rateLimits: [] };
  }

  #own(operation: string, given: OperationInput['rateLimit']): OperationRateLimitConfig | null {
    const general = entry(this.#rateLimiting.defaults, operation);
    if (given === false || given === null || (given === undefined && general === undefined)) return null;
    const { key } = this.#review.dialect;
    return this.#complete([key('operations'), operation, key('rateLimit')], operation, given ?? {}, general);
  }

  #further(operation: string, given: OperationRateLimitInput, index: number): OperationRateLimitConfig {
    const { key } = this.#review.dialect;
    const path = [key('operations'), operation, key('rateLimits'), index];
    return this.#complete(path, `${operation}.${given.by ?? DEFAULT_RATE_LIMIT_USE.by}`, given);
  }

  #complete(path: Path, name: string, given: OperationRateLimitInput, general?: RateLimitConfig) {
    const use = { ...DEFAULT_RATE_LIMIT_USE, name, ...layered<OperationRateLimitConfig>(given) };
    this.#claim(use.name, path);
    return { ...use, ...limit(path, this.#review, [given, general]) };
  }

  #claim(name: string, path: Path): void {
    const before = this.#named.get(name);
    if (before === undefined) this.#named.set(name, path);
    // A built-in limit, written nowhere, is not the one to change.
    else if (this.#review.written(path)) this.#refuse(name, path, before);
    else this.#refuse(name, before, path);
  }

  #refuse(name: string, path: Path, other: Path): void {
    const { key } = this.#review.dialect;
    const at = [...path, key('name')];
    const found = this.#review.show(at, `"${name}"`);
    this.#review.problem(
      this.#review.written(at) ? at : path,
      `${placeName(other, this.#review)} is called ${found}, too; give this limit a ${key('name')} of its own`,
      [[...other, key('name')]],
    );
  }
}
