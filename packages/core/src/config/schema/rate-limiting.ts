import * as z from 'zod';
import { MOST_KEYS } from '../defaults.ts';
import type { OperationInput, OperationRateLimitInput, RateLimitingInput } from '../input.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { expected, flag, list, mode, number, oneOf, orNone, text } from './fields.ts';
import { named, optional, section, switchable } from './section.ts';

const URL = 'a URL that begins with redis:// or rediss://';
const PREFIX = 'a text without braces';
const LIMIT = 'a map with capacity and window';

function limitFields(dialect: Dialect) {
  return {
    capacity: number({ above: 0 }),
    windowSeconds: number({ above: 0 }),
    // As code there is one way to say it.
    ...(dialect.kind === 'yaml' ? { windowMs: dialect.duration({ aboveZero: true }) } : {}),
  };
}

interface Window {
  readonly windowSeconds?: number | undefined;
  readonly windowMs?: number | undefined;
}

function inSeconds<T extends Window>(limit: T, context: z.RefinementCtx): Omit<T, 'windowMs'> {
  const { windowMs, ...rest } = limit;
  if (windowMs === undefined) return rest;
  if (rest.windowSeconds === undefined) return { ...rest, windowSeconds: windowMs / 1000 };
  const params = { rule: 'window and window_seconds say the same thing; keep one of the two' };
  context.addIssue({ code: 'custom', path: ['window'], params });
  return z.NEVER;
}

export function rateLimiting(dialect: Dialect): z.ZodType<RateLimitingInput> {
  const limits = named(
    section(dialect, limitFields(dialect), DESCRIPTIONS.limit).transform(inSeconds),
    `an operation to ${LIMIT}`,
  );
  const fields = {
    enabled: flag(),
    defaults: limits,
    overrides: named(limits, 'a key such as "user:12345" to limits by operation'),
    maxKeys: number({ whole: true, min: 1, max: MOST_KEYS }),
    store: store(dialect),
  };
  const ignored = dialect.kind === 'yaml' ? { cleanupThreshold: number({ whole: true, min: 0 }) } : {};
  return section(dialect, fields, DESCRIPTIONS.rateLimiting, { ignored });
}

function store(dialect: Dialect): z.ZodType<RateLimitingInput['store']> {
  const fields = {
    enabled: flag(),
    type: oneOf(['redis']),
    url: orNone(z.string(expected(URL)).regex(/^rediss?:\/\/\S+$/, expected(URL))),
    cluster: flag(),
    onStoreError: oneOf(['local', 'allow', 'deny']),
    expectedProcesses: number({ whole: true, min: 1 }),
    budgetMs: dialect.duration({ aboveZero: true, timer: true }),
    leases: flag(),
    prefix: z.string(expected(PREFIX)).regex(/^[^{}]*$/, expected(PREFIX)),
  };
  return section(dialect, fields, DESCRIPTIONS.rateLimitStore);
}

export function operationRateLimit(dialect: Dialect): z.ZodType<OperationInput['rateLimit']> {
  return switchable(dialect, useOfLimit(dialect), LIMIT);
}

export function operationRateLimits(dialect: Dialect): z.ZodType<OperationInput['rateLimits']> {
  return list(optional(useOfLimit(dialect)), `limits, each ${LIMIT}`);
}

function useOfLimit(dialect: Dialect): z.ZodType<OperationRateLimitInput> {
  const fields = {
    ...limitFields(dialect),
    name: text('a name for the limit'),
    by: text('key, global, or the name of a part of the keys'),
    per: oneOf(['call', 'attempt']),
    mode: mode(),
    maxWaitMs: dialect.duration({ timer: true }),
    queue: number({ whole: true, min: 0 }),
    shared: flag(),
  };
  return section(dialect, fields, { ...DESCRIPTIONS.limit, ...DESCRIPTIONS.limitUse }).transform(inSeconds);
}
