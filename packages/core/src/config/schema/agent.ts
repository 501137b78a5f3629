import * as z from 'zod';
import type { RuntimeConfigInput } from '../input.ts';
import type { TelemetryConfig } from '../types.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { expected, flag, list, number, oneOf, text } from './fields.ts';
import { section } from './section.ts';

const HOST_NAME =
  'a host name without scheme and port, such as metrics.example.com or *.example.com (IP addresses need no entry)';
const LOG_LEVELS: readonly TelemetryConfig['logLevel'][] = ['off', 'error', 'warn', 'info'];

export function admin(dialect: Dialect): z.ZodType<RuntimeConfigInput['admin']> {
  const hostName = z
    .string(expected(HOST_NAME))
    .regex(/^(?:\*\.)?[^\s:/?#@[\]*.]+(?:\.[^\s:/?#@[\]*.]+)*\.?$/, expected(HOST_NAME))
    // The final dot of DNS is not looked at where names are compared.
    .transform((name) => name.toLowerCase().replace(/\.$/, ''));
  return section(
    dialect,
    {
      enabled: flag(),
      host: text('an address to listen on'),
      port: number({ whole: true, min: 0, max: 65_535 }),
      livenessLimitMs: dialect.duration({ leastMs: 1000 }),
      readinessLimitMs: dialect.duration({ aboveZero: true }),
      allowedHosts: list(hostName, 'host names').transform((names) => [...new Set(names)]),
    },
    DESCRIPTIONS.admin,
  );
}

export function shutdown(dialect: Dialect): z.ZodType<RuntimeConfigInput['shutdown']> {
  const fields = { drainLimitMs: dialect.duration({ timer: true }), delayMs: dialect.duration({ timer: true }) };
  return section(dialect, fields, DESCRIPTIONS.shutdown);
}

export function telemetry(dialect: Dialect): z.ZodType<RuntimeConfigInput['telemetry']> {
  const sampling = section(
    dialect,
    { keepSlowerThanMs: dialect.duration(), keepWhatHurts: flag() },
    DESCRIPTIONS.sampling,
  );
  const recordKey = z.union([z.literal(false), z.literal('hashed')], expected('false or hashed'));
  return section(dialect, { sampling, recordKey, genAi: flag(), logLevel: oneOf(LOG_LEVELS) }, DESCRIPTIONS.telemetry);
}
