import { InvalidArgumentError } from '../errors.ts';
import type { CheckContext } from './check.ts';
import { type CheckFunction, SimpleHealthCheck } from './checks/simple.ts';
import type { HealthResultFields } from './result.ts';

/** What can be registered as a check: a `HealthCheck`, or any object with such a method. */
export interface Checkable {
  check(context: CheckContext): HealthResultFields | Promise<HealthResultFields>;
}

/** @throws InvalidArgumentError for a name or a check that is none */
export function checkableOf(name: unknown, check: Checkable | CheckFunction): Checkable {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidArgumentError(`The name of a health check must be a non-empty string, got ${typeof name}`);
  }
  if (typeof check === 'function') return new SimpleHealthCheck(name, check);
  if (typeof check === 'object' && check !== null && typeof check.check === 'function') return check;
  throw new InvalidArgumentError(
    `The health check '${name}' must be a function or an object with check(), got ${check === null ? 'null' : typeof check}`,
  );
}
