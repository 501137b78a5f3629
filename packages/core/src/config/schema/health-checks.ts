import * as z from 'zod';
import type { HealthChecksInput } from '../input.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { flag, list, number, text } from './fields.ts';
import { named, section } from './section.ts';

export function healthChecks(dialect: Dialect): z.ZodType<HealthChecksInput> {
  const intervalMs = dialect.duration({ aboveZero: true, timer: true });
  const timeoutMs = dialect.duration({ aboveZero: true, timer: true });
  const fromTheOriginal = dialect.kind === 'yaml';
  const provider = section(
    dialect,
    { enabled: flag(), checkType: text('the kind of check, such as ping'), intervalMs, timeoutMs },
    DESCRIPTIONS.provider,
    fromTheOriginal ? { ignored: { callable: z.unknown() } } : {},
  );
  const degradedMode = section(
    dialect,
    { continueOnDegraded: flag(), disableFeatures: list(text('the name of a feature'), 'feature names') },
    DESCRIPTIONS.degradedMode,
    fromTheOriginal ? { ignored: { alerts: z.unknown() } } : {},
  );
  return section(
    dialect,
    {
      enabled: flag(),
      intervalMs,
      timeoutMs,
      failureThreshold: number({ whole: true, min: 1 }),
      successThreshold: number({ whole: true, min: 1 }),
      providers: named(provider, 'a name to a check'),
      degradedMode,
    },
    DESCRIPTIONS.healthChecks,
  );
}
