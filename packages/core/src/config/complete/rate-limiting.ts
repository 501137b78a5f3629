import { DEFAULT_MAX_KEYS, DEFAULT_RATE_LIMIT_STORE, DEFAULT_RATE_LIMITS } from '../defaults.ts';
import type { RateLimitStoreInput, RuntimeConfigInput } from '../input.ts';
import { suggestion } from '../nearest.ts';
import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { RateLimitConfig, RateLimitingConfig, RateLimitStoreConfig } from '../types.ts';
import { byName, entry, layered, names } from './merge.ts';

type LimitInput = { readonly [K in keyof RateLimitConfig]?: RateLimitConfig[K] | undefined };

export function completeRateLimiting(input: RuntimeConfigInput, review: Review): RateLimitingConfig {
  const { key } = review.dialect;
  const given = input.rateLimiting ?? {};
  const at = (...path: string[]): Path => [key('rateLimiting'), ...path];
  const defaults = byName(
    names(given.defaults, DEFAULT_RATE_LIMITS).map((operation) => [
      operation,
      limit(at('defaults', operation), review, [
        entry(given.defaults, operation),
        entry(DEFAULT_RATE_LIMITS, operation),
      ]),
    ]),
  );
  const operations = names(input.operations, defaults);
  const overrides = byName(
    Object.entries(given.overrides ?? {}).map(([caller, limits]) => {
      const own = Object.entries(limits ?? {}).map(([operation, override]) => {
        const path = at('overrides', caller, operation);
        if (!operations.includes(operation)) {
          review.warn(
            path,
            `no operation is called "${operation}", so this limit applies to nothing${suggestion(operation, operations)}`,
          );
        }
        const general = entry(input.operations, operation)?.rateLimit;
        return [operation, limit(path, review, [override, general || undefined, entry(defaults, operation)])] as const;
      });
      return [caller, byName(own)];
    }),
  );
  const store = completeStore(given.store);
  const maxKeys = given.maxKeys ?? DEFAULT_MAX_KEYS;
  return { enabled: given.enabled ?? true, defaults, overrides, maxKeys, ...store };
}

function completeStore(given: RateLimitStoreInput | undefined): Pick<RateLimitingConfig, 'store'> {
  if (given === undefined) return {};
  const { enabled = true, ...store } = given;
  return enabled ? { store: { ...DEFAULT_RATE_LIMIT_STORE, ...layered<RateLimitStoreConfig>(store) } } : {};
}

/** A limit put together from layers, the first that gives a field winning. */
export function limit(path: Path, review: Review, layers: readonly (LimitInput | undefined)[]): RateLimitConfig {
  const { capacity, windowSeconds } = layered<RateLimitConfig>(...layers);
  const { key } = review.dialect;
  if (capacity === undefined) {
    review.problem([...path, key('capacity')], 'missing: expected a number of tokens above 0, for example 60');
  }
  if (windowSeconds === undefined) {
    review.problem(
      [...path, key('windowSeconds')],
      'missing: expected the seconds in which an empty bucket fills, for example 60',
    );
  }
  return { capacity: capacity ?? 1, windowSeconds: windowSeconds ?? 1 };
}
