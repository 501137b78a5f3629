import type * as z from 'zod';
import type { BulkheadInput, CircuitBreakerInput, TimeoutInput } from '../input.ts';
import type { Dialect } from './dialect.ts';
import { flag, number, oneOf, orNone } from './fields.ts';
import { section } from './section.ts';

export function circuitBreaker(dialect: Dialect): z.ZodType<CircuitBreakerInput> {
  return section(dialect, {
    enabled: flag(),
    failureRatio: number({ above: 0, max: 1 }),
    minimumCalls: number({ whole: true, min: 1 }),
    windowMs: dialect.duration({ aboveZero: true }),
    consecutiveFailures: orNone(number({ whole: true, min: 1 })),
    openForMs: dialect.duration({ aboveZero: true, timer: true }),
    halfOpenProbes: number({ whole: true, min: 1 }),
    mode: oneOf(['enforce', 'shadow']),
  });
}

export function bulkhead(dialect: Dialect): z.ZodType<BulkheadInput> {
  return section(dialect, {
    limit: number({ whole: true, min: 1 }),
    queue: number({ whole: true, min: 0 }),
    queueTimeoutMs: orNone(dialect.duration({ timer: true })),
    mode: oneOf(['enforce', 'shadow']),
  });
}

export function timeout(dialect: Dialect): z.ZodType<TimeoutInput> {
  return section(dialect, {
    totalMs: orNone(dialect.duration({ aboveZero: true, timer: true })),
    attemptMs: orNone(dialect.duration({ aboveZero: true, timer: true })),
  });
}
