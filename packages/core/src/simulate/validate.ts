import type { RuntimeConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { FailureWindow, OperationLoad } from './workload.ts';

/**
 * Checks what TypeScript cannot, or did not.
 *
 * @throws InvalidArgumentError that says which entry is wrong and what it should be
 */
export function assertWorkload(workload: readonly OperationLoad[], config: RuntimeConfig, maxCalls: number): void {
  if (!Array.isArray(workload) || workload.length === 0) {
    throw new InvalidArgumentError('The workload must be a list with at least one entry');
  }
  const seen = new Set<string>();
  let calls = 0;
  workload.forEach((load: OperationLoad, index) => {
    const check = new Check(`workload[${index}]`);
    if (typeof load !== 'object' || load === null)
      throw new InvalidArgumentError(`workload[${index}] must be an object`);
    const { operation } = load;
    if (!Object.hasOwn(config.operations, operation)) {
      const known = Object.keys(config.operations).join(', ');
      check.fail('operation', operation, `an operation of the config, one of: ${known}`);
    }
    if (seen.has(operation)) check.fail('operation', operation, 'in one entry only');
    seen.add(operation);
    calls += assertLoad(load, check);
  });
  if (calls > maxCalls) {
    throw new InvalidArgumentError(
      `The workload makes about ${Math.round(calls)} calls, and at most ${maxCalls} are simulated: shorten it, lower its rates, or raise maxCalls`,
    );
  }
}

/** Returns the calls to expect. */
function assertLoad(load: OperationLoad, check: Check): number {
  const { ratePerSecond, durationSeconds, arrivals, keys, latencyMs } = load;
  if ((ratePerSecond === undefined) === (arrivals === undefined)) {
    check.fail('ratePerSecond', ratePerSecond, 'given if, and only if, arrivals is not');
  }
  if (ratePerSecond !== undefined) {
    check.number('ratePerSecond', ratePerSecond, { above: 0 });
    check.number('durationSeconds', durationSeconds, { above: 0 });
  }
  arrivals?.forEach((at, index) => {
    check.number(`arrivals[${index}]`, at, { min: 0 });
  });
  if (typeof keys === 'number') check.number('keys', keys, { min: 1, whole: true });
  else if (keys !== undefined && keys.length === 0) check.fail('keys', '[]', 'a list with at least one key');
  if (typeof latencyMs === 'object' && latencyMs !== null) {
    check.number('latencyMs.p50', latencyMs.p50, { above: 0 });
    check.number('latencyMs.p95', latencyMs.p95, { min: latencyMs.p50 });
  } else check.number('latencyMs', latencyMs, { min: 0 });
  if (load.cost !== undefined) check.number('cost', load.cost, { min: 0 });
  if (load.deadlineMs !== undefined) check.number('deadlineMs', load.deadlineMs, { min: 0 });
  if (load.concurrencyLimit !== undefined) {
    check.number('concurrencyLimit', load.concurrencyLimit, { min: 1, whole: true });
  }
  load.failures?.forEach((failure, index) => {
    assertFailure(failure, check.inside(`failures[${index}]`));
  });
  return arrivals?.length ?? (ratePerSecond ?? 0) * (durationSeconds ?? 0);
}

function assertFailure(failure: FailureWindow, check: Check): void {
  const { fromSeconds = 0, toSeconds, ratio, status, code, retryAfterSeconds, hang = false } = failure;
  check.number('fromSeconds', fromSeconds, { min: 0 });
  if (toSeconds !== undefined) check.number('toSeconds', toSeconds, { above: fromSeconds });
  if (ratio !== undefined) check.number('ratio', ratio, { above: 0, max: 1 });
  if (status !== undefined) check.number('status', status, { min: 400, max: 599, whole: true });
  if ([status !== undefined, code !== undefined, hang].filter(Boolean).length !== 1) {
    check.fail('status', status, 'given, or code, or hang: exactly one of the three');
  }
  if (retryAfterSeconds === undefined) return;
  check.number('retryAfterSeconds', retryAfterSeconds, { min: 0 });
  if (status === undefined) check.fail('retryAfterSeconds', retryAfterSeconds, 'left out where there is no status');
}

interface Range {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly whole?: boolean;
}

class Check {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  inside(path: string): Check {
    return new Check(`${this.#path}.${path}`);
  }

  number(field: string, value: number | undefined, { min, above, max, whole = false }: Range): void {
    const kind = whole ? 'a whole number' : 'a number';
    const low = above === undefined ? `of at least ${min}` : `above ${above}`;
    const expected = `${kind} ${low}${max === undefined ? '' : ` and at most ${max}`}`;
    const fits =
      typeof value === 'number' &&
      Number.isFinite(value) &&
      (!whole || Number.isInteger(value)) &&
      value >= (min ?? Number.NEGATIVE_INFINITY) &&
      value > (above ?? Number.NEGATIVE_INFINITY) &&
      value <= (max ?? Number.POSITIVE_INFINITY);
    if (!fits) this.fail(field, value, expected);
  }

  fail(field: string, value: unknown, expected: string): never {
    throw new InvalidArgumentError(`${this.#path}.${field} must be ${expected}, got ${String(value)}`);
  }
}
