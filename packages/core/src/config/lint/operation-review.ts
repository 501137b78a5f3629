import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { OperationConfig } from '../types.ts';

/**
 * One operation while it is linted. Warnings hold no figures, since some may come from the environment; they name fields by
 * what the user calls them.
 */
export class OperationReview {
  readonly name: string;
  readonly config: OperationConfig;
  readonly #review: Review;
  readonly #told: Set<string>;

  /** `told` is shared by all operations, so that what they inherit is told once. */
  constructor(name: string, config: OperationConfig, review: Review, told: Set<string>) {
    this.name = name;
    this.config = config;
    this.#review = review;
    this.#told = told;
  }

  /** `timeout.total` or `timeout.totalMs`, as the user writes it. */
  field(...steps: readonly string[]): string {
    return steps.map((step) => this.#review.dialect.key(step)).join('.');
  }

  /** Warns at the first of these fields that is written: for the operation, for all of them, or in the table of limits. */
  warn(fields: readonly (readonly (string | number)[])[], message: string): void {
    const { key } = this.#review.dialect;
    const own = [key('operations'), this.name];
    const keys = fields.map((steps) => steps.map((step) => (typeof step === 'number' ? step : key(step))));
    const candidates: Path[] = [
      ...keys.map((steps) => [...own, ...steps]),
      ...keys,
      [key('rateLimiting'), 'defaults', this.name],
      ...keys.map((steps) => [...own, ...steps.slice(0, 1)]),
    ];
    const path = candidates.find((candidate) => this.#review.written(candidate)) ?? own;
    const once = JSON.stringify([path, message]);
    if (this.#told.has(once)) return;
    this.#told.add(once);
    this.#review.warn(path, message);
  }
}
