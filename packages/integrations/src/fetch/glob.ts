/**
 * Compiles the path of a rule. `*` stays inside one segment, `**` as a whole segment stands for any number of segments, also
 * none, and `{name}` for one, as in the documentation of most APIs.
 *
 * Matching takes at most (pattern × path) steps, whatever they are: a regular expression would go back and forth over a long path.
 */
export function pathGlob(pattern: string): (pathname: string) => boolean {
  const wanted = split(encoded(pattern)).map(segmentGlob);
  return (pathname) => matches(wanted, split(pathname));
}

type SegmentMatch = ((segment: string) => boolean) | undefined;

function split(path: string): string[] {
  return path.split('/').slice(1);
}

/** As `URL` writes a path. */
function encoded(pattern: string): string {
  return pattern.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
}

/** Undefined stands for `**`. */
function segmentGlob(pattern: string): SegmentMatch {
  if (pattern === '**') return undefined;
  if (pattern === '*' || /^\{[^{}]*\}$/.test(pattern)) return () => true;
  if (!pattern.includes('*')) return (segment) => segment === pattern;
  const parts = [...pattern.replace(/\*+/g, '*')].map(
    (char): SegmentMatch => (char === '*' ? undefined : (other) => other === char),
  );
  return (segment) => matches(parts, [...segment]);
}

/** Matches a list, where undefined takes any number of items: greedily, going back to the last such place only. */
function matches(wanted: readonly SegmentMatch[], items: readonly string[]): boolean {
  let item = 0;
  let at = 0;
  let open: { readonly at: number; item: number } | undefined;
  while (item < items.length) {
    const want = wanted[at];
    if (at < wanted.length && want === undefined) {
      open = { at, item };
      at += 1;
    } else if (want?.(items[item] ?? '') === true) {
      item += 1;
      at += 1;
    } else if (open !== undefined) {
      open.item += 1;
      item = open.item;
      at = open.at + 1;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every((want) => want === undefined);
}
