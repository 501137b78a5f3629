import type * as z from 'zod';
import type { Path } from './path.ts';

type Issue = z.core.$ZodIssue;

/** One thing a schema objects to, in words of the report. */
export type Finding =
  | { readonly kind: 'unknown_key'; readonly path: Path; readonly known: readonly string[] }
  /** A key of the user's own that cannot be a name. */
  | { readonly kind: 'bad_name'; readonly path: Path; readonly expected: string }
  | {
      readonly kind: 'unexpected';
      readonly path: Path;
      readonly expected: string;
      /** Why the value is not what was expected, where that is not plain to see. */
      readonly reason: string | undefined;
      /** Words of which one was meant. */
      readonly candidates: readonly string[];
    }
  | { readonly kind: 'rule'; readonly path: Path; readonly message: string };

/** Sorts out what zod says: unions become the one alternative that was meant. */
export function findings(issues: readonly Issue[], prefix: Path = []): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const path = [...prefix, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code === 'unrecognized_keys') {
      const known = issue.message.split(' ');
      return issue.keys.map((key) => ({ kind: 'unknown_key', path: [...path, key], known }));
    }
    if (issue.code === 'invalid_key')
      return [{ kind: 'bad_name', path, expected: issue.issues[0]?.message ?? 'a name' }];
    if (issue.code === 'invalid_union') {
      const meant = issue.errors.find((errors) => !errors.some(isWrongKind));
      if (meant !== undefined) return findings(meant, path);
      return [unexpected(path, issue.message, undefined, issue.errors.flat().flatMap(words))];
    }
    const params = issue.code === 'custom' ? issue.params : undefined;
    if (typeof params?.rule === 'string') return [{ kind: 'rule', path, message: params.rule }];
    const candidates = Array.isArray(params?.candidates) ? params.candidates.map(String) : words(issue);
    const reason = typeof params?.reason === 'string' ? params.reason : undefined;
    return [unexpected(path, issue.message, reason, candidates)];
  });
}

function unexpected(path: Path, expected: string, reason: string | undefined, candidates: readonly string[]): Finding {
  return { kind: 'unexpected', path, expected, reason, candidates };
}

// The alternative was not even of the right type, so the others say more about the value.
function isWrongKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((errors) => errors.some(isWrongKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function words(issue: Issue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(words);
  return issue.code === 'invalid_value' ? issue.values.filter((value) => typeof value === 'string') : [];
}
