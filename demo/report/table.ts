/** Lays out rows under a header: the first column to the left, the others to the right, `gap` blanks between columns (default 2). */
export function layOut(header: readonly string[], rows: readonly (readonly string[])[], gap = 2): readonly string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) => (column === 0 ? (cells[0] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width)))
      .join(' '.repeat(gap))
      .trimEnd();
  return [header, ...rows].map(line);
}

/** A whole number with thousands separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A share as a percentage; `-` of nothing. Rounded so that only a true 100 % shows as such. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '-';
  const share = (part / whole) * 100;
  return `${(part < whole ? Math.min(share, 99.9) : share).toFixed(1)}%`;
}

/** Seconds as milliseconds or seconds; `-` when unknown. */
export function duration(seconds: number): string {
  if (Number.isNaN(seconds)) return '-';
  return seconds < 1 ? `${Math.round(seconds * 1_000)} ms` : `${seconds.toFixed(2)} s`;
}
