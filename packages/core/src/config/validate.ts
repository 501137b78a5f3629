import type * as z from 'zod';
import { type Finding, findings } from './findings.ts';
import type { RuntimeConfigInput } from './input.ts';
import { nearest, suggestion } from './nearest.ts';
import type { Path } from './path.ts';
import type { ConfigReview } from './review.ts';

/** More rounds than any file needs whose author reads the report. */
const MOST_ROUNDS = 50;

/**
 * Checks the shape of `raw` and gives back what of it is sound, so that the rules between values can still be checked
 * when some values are wrong and every problem appears in one report.
 */
export function validate(
  schema: z.ZodType<RuntimeConfigInput>,
  raw: unknown,
  review: ConfigReview,
): RuntimeConfigInput {
  let sound = raw;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    // Compiling takes longer than reading one config.
    const result = schema.safeParse(sound, { jitless: true });
    if (result.success) return result.data;
    const found = findings(result.error.issues);
    // What shows up only after a value was taken out is a consequence of taking it out.
    if (round === 0) for (const finding of onePerPlace(found)) tell(finding, raw, review);
    for (const { path, kind } of found) sound = without(sound, path, kind === 'unknown_key' || kind === 'bad_name');
  }
  return {};
}

/** The two sides of an intersection object to the same value, each in its way: the first one says it better. */
function onePerPlace(found: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return found.filter(({ path }) => {
    const place = JSON.stringify(path);
    return !seen.has(place) && seen.add(place);
  });
}

function tell(finding: Finding, raw: unknown, review: ConfigReview): void {
  const { path } = finding;
  if (finding.kind === 'rule') {
    review.fail(path, finding.message);
    return;
  }
  if (finding.kind === 'unknown_key') {
    const key = String(path.at(-1));
    review.fail(path, `unknown key "${key}"${suggestion(key, finding.known)}`, 'key');
    return;
  }
  if (finding.kind === 'bad_name') {
    review.fail(path, `expected ${finding.expected}, got ${describe(String(path.at(-1)))}`, 'key');
    return;
  }
  const value = valueAt(raw, path);
  const close = typeof value === 'string' ? nearest(value, finding.candidates) : undefined;
  const details = [
    finding.reason === undefined ? '' : ` (${finding.reason})`,
    close === undefined ? hint(value, finding.expected) : `; did you mean "${close}"?`,
  ];
  review.fail(path, `expected ${finding.expected}, got ${review.show(path, describe(value))}${details.join('')}`);
}

function hint(value: unknown, expected: string): string {
  if (typeof value === 'string' && /^(?:a|an|the) (?:whole )?number/.test(expected) && Number.isFinite(Number(value))) {
    return '; a text is no number: remove the quotes';
  }
  if (typeof value === 'string' && expected.includes('true') && /^(?:yes|no|on|off|true|false)$/i.test(value)) {
    return '; only true and false, without quotes, are booleans';
  }
  if (
    typeof value === 'number' &&
    /^(?!a map).*(?:name|address|kind|method|header|code|SQLSTATE|label|word|message|reason)/.test(expected)
  )
    return '; put it in quotes to make it a text';
  return '';
}

/** A value in a report: short, and on one line. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'function') return 'a function';
  return shorten(typeof value === 'string' ? JSON.stringify(value) : String(value));
}

/** At most 60 characters on one line. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) => (isTree(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined),
    value,
  );
}

/** A copy whose value at `path` is empty; when it was so already, whatever holds it is emptied instead. */
function without(root: unknown, path: Path, drop: boolean): unknown {
  const [step, ...rest] = path;
  if (step === undefined || !isTree(root)) return null;
  const inner = Object.hasOwn(root, step) ? root[step] : undefined;
  if (rest.length === 0 && !drop && (inner === undefined || inner === null)) return null;
  const copy = (Array.isArray(root) ? [...root] : { ...root }) as Record<string | number, unknown>;
  if (rest.length === 0 && drop) delete copy[step];
  else {
    const value = rest.length === 0 ? null : without(inner, rest, drop);
    Object.defineProperty(copy, step, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

function isTree(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
