/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforePrevious, j - 2) + 1);
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return at(previous, b.length);
}

/**
 * The candidate that `name` most likely meant, or undefined when none is close.
 *
 * `maxDistance` defaults to 2 edits, or a third of a longer name; names that only differ in case always match.
 */
export function nearest(name: string, candidates: Iterable<string>, maxDistance?: number): string | undefined {
  // A key of a hundred thousand characters is no typing mistake, and comparing it would take seconds.
  if (name.length > 100) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = (maxDistance ?? Math.max(2, Math.floor(name.length / 3))) + 1;
  for (const candidate of candidates) {
    if (candidate === name || candidate.length > 100) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance && distance < candidate.length) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` (did you mean "search"?)`, or the known names when none is close, or nothing when there are none. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const close = nearest(name, candidates);
  if (close !== undefined) return `; did you mean "${close}"?`;
  return candidates.length === 0 ? '' : `; known here: ${candidates.join(', ')}`;
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
