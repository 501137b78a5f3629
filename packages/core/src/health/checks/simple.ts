import { type CheckContext, HealthCheck, unlimited } from '../check.ts';
import { HealthResult } from '../result.ts';
import { describe, hasStatus, resultOf } from '../result-of.ts';

/**
 * A check in one function. A `HealthResult` or `{ status, message, details }` is taken as it is; of anything else, truthy is healthy and
 * falsy is not (so a function that returns nothing is unhealthy). Synchronous or not.
 */
export type CheckFunction = (context: CheckContext) => unknown;

/** Asks a function of your own. */
export class SimpleHealthCheck extends HealthCheck {
  readonly #fn: CheckFunction;

  constructor(name: string, fn: CheckFunction) {
    super(name);
    this.#fn = fn;
  }

  override check(context: CheckContext = unlimited()): Promise<HealthResult> {
    return this.measure(async () => {
      const answer = await this.#fn(context);
      // An answer with a status of its own, such as the 503 of a response, must not pass for being truthy.
      return hasStatus(answer) ? resultOf(answer) : byTruth(answer);
    });
  }
}

function byTruth(answer: unknown): HealthResult {
  if (answer) return new HealthResult({ status: 'healthy', message: 'OK' });
  const hint = answer === undefined ? '; a check that works returns true' : '';
  return new HealthResult({ status: 'unhealthy', message: `Check returned ${describe(answer)}${hint}` });
}
