import * as z from 'zod';
import type { PolicyMode } from '../../observer.ts';

/**
 * Schemas of single values. The `error` of each says what is expected, whatever is wrong: the report adds what was found,
 * which a schema must not repeat because it may be the value of an environment variable.
 */
export function expected(text: string): { readonly error: () => string } {
  return { error: () => text };
}

export interface NumberRange {
  readonly whole?: boolean;
  readonly min?: number;
  /** Excluded lower bound. */
  readonly above?: number;
  readonly max?: number;
  /** Excluded upper bound. */
  readonly below?: number;
}

export function number(range: NumberRange): z.ZodType<number> {
  const error = expected(describe(range));
  let schema = range.whole === true ? z.int(error) : z.number(error);
  if (range.min !== undefined) schema = schema.min(range.min, error);
  if (range.above !== undefined) schema = schema.gt(range.above, error);
  if (range.max !== undefined) schema = schema.max(range.max, error);
  if (range.below !== undefined) schema = schema.lt(range.below, error);
  return schema;
}

export function flag(): z.ZodType<boolean> {
  return z.boolean(expected('true or false'));
}

export function text(what: string): z.ZodType<string> {
  return z.string(expected(what)).regex(/\S/, expected(what));
}

export function oneOf<const T extends string>(values: readonly T[]): z.ZodType<T> {
  return z.enum(values, expected(`one of ${values.join(', ')}`)) as unknown as z.ZodType<T>;
}

/** Whether a policy acts, or only tells what it would do. */
export function mode(): z.ZodType<PolicyMode> {
  return oneOf(['enforce', 'shadow']);
}

export function list<T>(item: z.ZodType<T>, what: string): z.ZodType<T[]> {
  return z.array(item, expected(`a list of ${what}`));
}

/** One value or several, at least one; a list either way. */
export function oneOrMore<T>(item: z.ZodType<T>, what: string): z.ZodType<T[]> {
  const one = item.transform((only) => [only]);
  const several = z.array(item, expected(what)).min(1, expected('at least one value'));
  return z.union([one, several], expected(what));
}

/** A value for which null is an answer of its own ("none"), not a gap to be filled with the default. */
export function orNone<T>(schema: z.ZodType<T>): z.ZodNullable<z.ZodType<T>> {
  return z.nullable(schema);
}

function describe({ whole, min, above, max, below }: NumberRange): string {
  const noun = whole === true ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}`;
  if (above !== undefined && max !== undefined) return `${noun} above ${above} and at most ${max}`;
  if (above !== undefined && below !== undefined) return `${noun} above ${above} and below ${below}`;
  if (above !== undefined) return `${noun} above ${above}`;
  return min === undefined ? noun : `${noun} of at least ${min}`;
}
