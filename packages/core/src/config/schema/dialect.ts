import * as z from 'zod';
import { type DurationRule, readDuration } from '../duration.ts';
import { expected } from './fields.ts';

/**
 * How one and the same set of fields is written: as YAML (snake_case, seconds or units) or as code (camelCase,
 * milliseconds). Either way the output is a `RuntimeConfigInput`.
 */
export interface Dialect {
  readonly kind: 'yaml' | 'code';
  /** Whether fields carry a line for editors: a fifth of the time that a schema takes. */
  readonly describes: boolean;
  /** What the field of this camelCase name is called. */
  key(field: string): string;
  /** Milliseconds, however they are written. */
  duration(rule?: DurationRule): z.ZodType<number>;
}

const DURATION = 'a duration: seconds as a number, or a text with a unit such as 250ms, 2s, 1m, 1h';

// What editors are told; whether a value really is one, `readDuration` decides.
const SECONDS = z.number().meta({ minimum: 0 });
const WITH_UNIT = z.string().meta({ pattern: String.raw`^\s*\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*(ms|s|m|h)\s*$` });

export const yamlDialect: Dialect = {
  kind: 'yaml',
  describes: false,
  key: (field) => field.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  duration: (rule) =>
    z.union([SECONDS, WITH_UNIT], expected(DURATION)).transform((value, context) => {
      const reading = readDuration(value, rule);
      if ('ms' in reading) return reading.ms;
      context.addIssue({ code: 'custom', message: DURATION, params: { reason: reading.reason } });
      return z.NEVER;
    }),
};

export const codeDialect: Dialect = {
  kind: 'code',
  describes: false,
  key: (field) => field,
  duration: (rule) =>
    z.number(expected('milliseconds as a number')).transform((value, context) => {
      const reading = readDuration(`${value}ms`, rule);
      if ('ms' in reading) return reading.ms;
      context.addIssue({ code: 'custom', message: 'milliseconds as a number', params: { reason: reading.reason } });
      return z.NEVER;
    }),
};
