import * as z from 'zod';
import type { Dialect } from './dialect.ts';
import { expected } from './fields.ts';

type Fields = Readonly<Record<string, z.ZodType>>;

/** A line on each field, for editors. */
export type About<F extends Fields> = { readonly [K in keyof F]: string };

/** What a section gives: every field may be missing; null only where null is an answer. */
export type Filled<F extends Fields> = { readonly [K in keyof F]?: z.output<Exclude<F[K], undefined>> | undefined };

export interface SectionOptions {
  /** Keys that are accepted for files written for the original, checked, and of no effect. */
  readonly ignored?: Fields;
  /** Names to be told and suggested beside those of the fields. */
  readonly alsoKnown?: readonly string[];
}

/** A map with these fields and no others. A field left out or left empty is missing from the output. */
export function section<F extends Fields>(
  dialect: Dialect,
  fields: F,
  about: About<F>,
  options: SectionOptions = {},
): z.ZodType<Filled<F>> {
  return object(dialect, fields, about, options).transform((raw) => pick(dialect, fields, raw));
}

/** The strict schema of a section, its keys still as they are written. */
export function object<F extends Fields>(
  dialect: Dialect,
  fields: F,
  about: About<F>,
  options: SectionOptions = {},
): z.ZodType<Record<string, unknown>> {
  const shape: Record<string, z.ZodType> = {};
  for (const [field, schema] of Object.entries({ ...fields, ...options.ignored })) {
    const maybe = schema instanceof z.ZodNullable ? schema.optional() : schema.nullish();
    const key = dialect.key(field);
    shape[key] = dialect.describes ? maybe.describe(about[field] ?? 'Accepted for older files; has no effect.') : maybe;
  }
  const keys = [...Object.keys(shape), ...(options.alsoKnown ?? [])];
  // For unknown keys the message is the list of known ones: the report looks for the nearest among them.
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys.join(' ') : `a map with ${keys.join(', ')}`),
  });
}

/** The output of a section: its fields by their camelCase names. */
export function pick<F extends Fields>(dialect: Dialect, fields: F, raw: Record<string, unknown>): Filled<F> {
  const output: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(fields)) {
    const value = raw[dialect.key(field)];
    if (value === undefined || (value === null && !(schema instanceof z.ZodNullable))) continue;
    output[field] = value;
  }
  return output as Filled<F>;
}

/** A map from names of the user's own to values of one kind. An entry left empty is there, and undefined. */
export function named<T>(value: z.ZodType<T>, what: string): z.ZodType<Record<string, T | undefined>> {
  const name = z.string().regex(/^\S(?:.*\S)?$/, expected('a name that is not empty and has no spaces at its ends'));
  return z.record(name, optional(value), expected(`a map from ${what}`));
}

/** A value whose null means that it was left empty. */
export function optional<T>(schema: z.ZodType<T>): z.ZodType<T | undefined> {
  return schema.nullish().transform((value) => value ?? undefined);
}

/**
 * A policy that may be switched off with `false`; in code with null as well, as in a finished `RuntimeConfig`, while an
 * empty YAML key is a gap.
 */
export function switchable<T>(dialect: Dialect, schema: z.ZodType<T>, what: string): z.ZodType<T | false | null> {
  const off = z.union([z.literal(false, expected('false')), schema], expected(`false or ${what}`));
  return dialect.kind === 'code' ? off.nullable() : off;
}

/** A policy that may be switched off, or on with its defaults. */
export function toggled<T>(dialect: Dialect, schema: z.ZodType<T>, what: string): z.ZodType<T | boolean | null> {
  const both = z.union([z.boolean(expected('true or false')), schema], expected(`true, false or ${what}`));
  return dialect.kind === 'code' ? both.nullable() : both;
}
