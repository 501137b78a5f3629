import { InvalidArgumentError } from '../../errors.ts';
import { HealthResult } from '../result.ts';
import { hasStatus, resultOf } from '../result-of.ts';
import { isHealthStatus } from '../status.ts';

type Method = (...args: unknown[]) => unknown;

/** The first of the methods that the object has, bound to it. */
export function methodOf(target: object, names: readonly string[]): Method | undefined {
  for (const name of names) {
    const method: unknown = (target as Record<string, unknown>)[name];
    if (typeof method === 'function') return (...args) => method.apply(target, args) as unknown;
  }
  return undefined;
}

/** @throws InvalidArgumentError when there is nothing that could be asked */
export function assertObject(check: string, target: unknown): asserts target is object {
  if ((typeof target === 'object' && target !== null) || typeof target === 'function') return;
  throw new InvalidArgumentError(
    `The health check '${check}' needs an object to ask, got ${target === null ? 'null' : typeof target}`,
  );
}

/**
 * What the answer of a dependency's own health method means: a status of ours is taken as it is, `false` is a failure, and any other
 * answer shows that it answers, which is all that is known of it.
 */
export function ownVerdict(answer: unknown, message: string): HealthResult {
  if (hasStatus(answer) && isHealthStatus(answer.status)) return resultOf(answer);
  if (answer === false)
    return new HealthResult({ status: 'unhealthy', message: 'Its own health check returned false' });
  return new HealthResult({ status: 'healthy', message });
}
