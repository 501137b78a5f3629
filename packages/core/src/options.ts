import { suggestion } from './config/nearest.ts';
import { InvalidArgumentError } from './errors.ts';

/** The names that the options of one function may have. */
export type OptionNames = ReadonlySet<string>;

/** The names of the fields of `T`. The compiler sees to it that none is missing and none is foreign. */
export function optionNames<T>(names: { readonly [Name in keyof Required<T>]: true }): OptionNames {
  return new Set(Object.keys(names));
}

/**
 * Refuses options that are no object, and names that nobody knows, with the name that was most likely meant.
 *
 * @param whose the function they were given to, for the message: `createBridge`, `run('search', …)`
 */
export function assertOptions(options: unknown, known: OptionNames, whose: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`The options of ${whose} must be an object, got ${shown(options)}`);
  }
  for (const name in options) if (!known.has(name)) refuseUnknown(name, known, whose);
}

export function refuseUnknown(name: string, known: OptionNames, whose: string): never {
  throw new InvalidArgumentError(`${whose} has no option "${name}"${suggestion(name, [...known])}`);
}

export function refuseOption(name: string, whose: string, expected: string, value: unknown): never {
  throw new InvalidArgumentError(`${name} of ${whose} must be ${expected}, got ${shown(value)}`);
}

export function assertFunction(name: string, value: unknown, whose: string, what = 'a function'): void {
  if (value !== undefined && typeof value !== 'function') refuseOption(name, whose, what, value);
}

export function assertBoolean(name: string, value: unknown, whose: string): void {
  if (value !== undefined && typeof value !== 'boolean') refuseOption(name, whose, 'true or false', value);
}

export function assertSignal(signal: unknown, whose: string): void {
  if (signal !== undefined && !isSignal(signal)) refuseOption('signal', whose, 'an AbortSignal', signal);
}

export function isSignal(value: unknown): value is AbortSignal {
  return typeof (value as Partial<AbortSignal> | null | undefined)?.addEventListener === 'function';
}

export function assertDeadline(deadlineMs: unknown, whose: string): void {
  if (deadlineMs === undefined || (typeof deadlineMs === 'number' && deadlineMs >= 0)) return;
  refuseOption('deadlineMs', whose, 'a number of at least 0', deadlineMs);
}

/** The first of the names that is no function of `value`; undefined when all are. */
export function lackOf(value: object, functions: readonly string[]): string | undefined {
  return functions.find((name) => typeof (value as Record<string, unknown>)[name] !== 'function');
}

/** A value as a message tells it, however odd or long: never the contents of an object. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
