import type * as z from 'zod';
import type { BulkheadInput, CircuitBreakerInput, HedgeInput, TimeoutInput } from '../input.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { flag, mode, number, oneOf, orNone } from './fields.ts';
import { section, toggled } from './section.ts';

export function circuitBreaker(dialect: Dialect): z.ZodType<CircuitBreakerInput> {
  return section(
    dialect,
    {
      enabled: flag(),
      failureRatio: number({ above: 0, max: 1 }),
      minimumCalls: number({ whole: true, min: 1 }),
      windowMs: dialect.duration({ aboveZero: true }),
      countWindow: orNone(number({ whole: true, min: 1 })),
      consecutiveFailures: orNone(number({ whole: true, min: 1 })),
      openForMs: dialect.duration({ aboveZero: true, timer: true }),
      halfOpenProbes: number({ whole: true, min: 1 }),
      slowCallMs: orNone(dialect.duration({ aboveZero: true })),
      slowCallRatio: number({ above: 0, max: 1 }),
      per: oneOf(['operation', 'target']),
      maxTargets: number({ whole: true, min: 1 }),
      mode: mode(),
    },
    DESCRIPTIONS.circuitBreaker,
  );
}

export function bulkhead(dialect: Dialect): z.ZodType<BulkheadInput> {
  return section(
    dialect,
    {
      limit: number({ whole: true, min: 1 }),
      queue: number({ whole: true, min: 0 }),
      queueTimeoutMs: orNone(dialect.duration({ timer: true })),
      adaptive: toggled(dialect, adaptiveLimit(dialect), 'a map of adaptive fields'),
      mode: mode(),
    },
    DESCRIPTIONS.bulkhead,
  );
}

function adaptiveLimit(dialect: Dialect) {
  return section(
    dialect,
    {
      algorithm: oneOf(['gradient', 'aimd']),
      minLimit: number({ whole: true, min: 1 }),
      maxLimit: number({ whole: true, min: 1 }),
      maxHealthyLatencyMs: orNone(dialect.duration({ aboveZero: true })),
    },
    DESCRIPTIONS.adaptive,
  );
}

export function hedge(dialect: Dialect): z.ZodType<HedgeInput> {
  return section(
    dialect,
    {
      delayMs: orNone(dialect.duration({ timer: true })),
      quantile: orNone(number({ above: 0, below: 1 })),
      maxHedges: number({ whole: true, min: 1 }),
      mode: mode(),
    },
    DESCRIPTIONS.hedge,
  );
}

export function timeout(dialect: Dialect): z.ZodType<TimeoutInput> {
  return section(
    dialect,
    {
      totalMs: orNone(dialect.duration({ aboveZero: true, timer: true })),
      attemptMs: orNone(dialect.duration({ aboveZero: true, timer: true })),
      mode: mode(),
    },
    DESCRIPTIONS.timeout,
  );
}
