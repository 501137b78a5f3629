import { completeRuntimeConfig } from './complete/runtime.ts';
import { ConfigError } from './config-error.ts';
import { finish, isFinished } from './finished.ts';
import type { RuntimeConfigInput } from './input.ts';
import { formatPath, type Path } from './path.ts';
import { ConfigReview } from './review.ts';
import { codeDialect } from './schema/dialect.ts';
import { schemaFor } from './schema/runtime.ts';
import type { RuntimeConfig } from './types.ts';
import { describe, validate } from './validate.ts';

export type { RuntimeConfigInput } from './input.ts';

/**
 * Completes a configuration given as code: the defaults and rules of `crossbridge.yml`, in camelCase and milliseconds.
 * The result is frozen and shares nothing with `input`; what this or `loadRuntimeConfig` returned comes
 * back as it is.
 *
 * @throws ConfigError with every problem, each with its path.
 */
export function resolveRuntimeConfig(input: RuntimeConfigInput = {}): RuntimeConfig {
  if (isFinished(input)) return input;
  const at = (path: Path): unknown =>
    path.reduce<unknown>(
      (value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
      input,
    );
  const review = new ConfigReview({
    dialect: codeDialect,
    locate: (path) => ({ file: undefined, line: undefined, column: undefined, path: formatPath(path) }),
    show: (path, fallback) => (at(path) === undefined ? fallback : describe(at(path))),
    written: (path) => at(path) !== undefined && at(path) !== null,
  });
  const config = completeRuntimeConfig(validate(schemaFor(input, codeDialect), input, review), review);
  if (review.problems.length > 0) throw new ConfigError(review.problems);
  return finish(config);
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
