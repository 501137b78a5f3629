import { textOfThrown, typeOfThrown } from '../thrown.ts';
import { isSecretName, REDACTED } from './secrets.ts';
import { redactText } from './text.ts';

const MAX_DEPTH = 4;
const MAX_VALUES = 200;
const MAX_STRING = 512;
const MAX_NAME = 64;
/** Of all strings together. */
const MAX_CHARACTERS = 8_192;

interface Budget {
  values: number;
  characters: number;
  /** The objects around the value: one that appears in itself is cyclic, one that appears twice is not. */
  readonly around: Set<object>;
}

/**
 * A copy of the details that can be shown and serialised as JSON: secrets are gone (by the name of the value and by the form of
 * texts), depth and size are bounded, and what cannot be read or serialised is replaced by a word in brackets. Never throws.
 */
export function redactDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copy = copyOf(details, 0, { values: MAX_VALUES, characters: MAX_CHARACTERS, around: new Set() });
  return typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? (copy as Record<string, unknown>) : {};
}

function copyOf(value: unknown, depth: number, budget: Budget): unknown {
  if (budget.values <= 0) return '[cut]';
  budget.values -= 1;
  try {
    if (typeof value === 'object' && value !== null) return copyOfObject(value, depth, budget);
    return copyOfPrimitive(value, budget);
  } catch {
    return '[cannot be read]';
  }
}

function copyOfPrimitive(value: unknown, budget: Budget): unknown {
  if (typeof value === 'string') return copyOfText(value, budget);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return copyOfText(String(value), budget);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  return value;
}

function copyOfText(text: string, budget: Budget): string {
  const copy = redactText(text, MAX_STRING);
  budget.characters -= copy.length;
  return budget.characters < 0 ? '[cut]' : copy;
}

function copyOfObject(value: object, depth: number, budget: Budget): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return copyOfText(`${typeOfThrown(value)}: ${textOfThrown(value)}`, budget);
  if (value instanceof URL) return copyOfText(value.href, budget);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (budget.around.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[array]' : '[object]';
  budget.around.add(value);
  try {
    return value instanceof Map || !isIterable(value)
      ? copyOfEntries(value, depth, budget)
      : copyOfItems(value, depth, budget);
  } finally {
    budget.around.delete(value);
  }
}

function copyOfItems(items: Iterable<unknown>, depth: number, budget: Budget): unknown[] {
  const copy: unknown[] = [];
  for (const item of items) {
    copy.push(copyOf(item, depth + 1, budget));
    if (budget.values <= 0) break;
  }
  return copy;
}

function copyOfEntries(value: object, depth: number, budget: Budget): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const name of value instanceof Map ? value.keys() : Object.keys(value)) {
    if (budget.values <= 0) break;
    entries.push(copyOfEntry(String(name), () => read(value, name), depth, budget));
  }
  // Unlike assignment, this makes a plain property of "__proto__", too.
  return Object.fromEntries(entries);
}

function copyOfEntry(name: string, reading: () => unknown, depth: number, budget: Budget): [string, unknown] {
  if (isSecretName(name)) {
    budget.values -= 1;
    return [copyOfName(name, budget), REDACTED];
  }
  let value: unknown = '[cannot be read]';
  try {
    value = reading();
  } catch {
    // A getter that throws.
  }
  return [copyOfName(name, budget), copyOf(value, depth + 1, budget)];
}

function copyOfName(name: string, budget: Budget): string {
  const copy = redactText(name, MAX_NAME);
  budget.characters -= copy.length;
  return copy;
}

function read(holder: object, name: unknown): unknown {
  return holder instanceof Map ? holder.get(name) : (holder as Record<string, unknown>)[name as string];
}

function isIterable(value: object): value is Iterable<unknown> {
  return Array.isArray(value) || value instanceof Set;
}
