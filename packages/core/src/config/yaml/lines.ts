/** A place in a text, both counted from 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/**
 * Turns offsets of a text into lines and columns. The parser's own `LineCounter` misses line ends around some errors, and
 * then points outside the file.
 */
export function lineIndex(text: string): (offset: number) => LineColumn {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    const inside = Math.min(Math.max(offset, 0), text.length);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: inside - (starts[low] ?? 0) + 1 };
  };
}
