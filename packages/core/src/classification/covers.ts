import { type ErrorMatch, MATCH_KINDS, type MatchKind, valuesOf } from './error-rule.ts';

/** Whether every error that `later` is about is one that a match of `earlier` is about. May say no where it takes several of them. */
export function covered(later: ErrorMatch, earlier: readonly ErrorMatch[]): boolean {
  const byOne = (match: ErrorMatch): boolean => earlier.some((other) => covers(other, match));
  if (byOne(later)) return true;
  // One rule with two codes is covered by two rules with one of them each.
  return MATCH_KINDS.some((kind) => {
    const values = kind === 'label' ? undefined : valuesOf(later, kind);
    return values?.every((value) => byOne({ ...later, [kind]: [value] })) === true;
  });
}

/** Whether no error at all can be meant: a message counts only where there is nothing better to go by. */
export function contradictory(match: ErrorMatch): boolean {
  return (
    match.message !== undefined && (['status', 'code', 'sqlstate'] as const).some((kind) => match[kind] !== undefined)
  );
}

function covers(earlier: ErrorMatch, later: ErrorMatch): boolean {
  return MATCH_KINDS.every((kind) => {
    const wide = valuesOf(earlier, kind);
    if (wide === undefined) return true;
    const narrow = valuesOf(later, kind);
    if (narrow === undefined) return false;
    if (kind === 'label') return wide.every((label) => narrow.includes(label));
    return narrow.every((value) => wide.includes(value) || wide.includes(classOf(kind, value)));
  });
}

function classOf(kind: MatchKind, value: string): string {
  if (kind === 'sqlstate') return value.slice(0, 2);
  return kind === 'status' ? `${value.slice(0, 1)}xx` : value;
}
