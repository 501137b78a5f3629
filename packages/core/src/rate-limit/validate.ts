import { InvalidArgumentError } from '../errors.ts';
import { shown } from '../options.ts';

export function assertPositive(what: string, value: number): void {
  if (typeof value !== 'number' || !(value > 0) || value === Number.POSITIVE_INFINITY) {
    throw new InvalidArgumentError(`${what} must be positive and finite, got ${shown(value)}`);
  }
}

export function assertCost(cost: number): void {
  if (typeof cost !== 'number' || !(cost >= 0 && cost < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError(`Cost must be a finite number of at least 0, got ${shown(cost)}`);
  }
}

/** For a request that no waiting would help. */
export function assertCanPass(cost: number, capacity: number, limit: string = 'a limit'): void {
  assertCost(cost);
  if (cost > capacity) {
    throw new InvalidArgumentError(
      `A request of cost ${cost} can never pass ${limit} of capacity ${capacity}: raise the capacity or split the request`,
    );
  }
}

export function assertNotNegative(what: string, value: number): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new InvalidArgumentError(`${what} must be a number of at least 0, got ${shown(value)}`);
}
