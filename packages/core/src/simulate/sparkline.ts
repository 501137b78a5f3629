const BARS = [...'▁▂▃▄▅▆▇█'];

/** Numbers as bars, the greatest as the highest, and what that is. A 0 is the lowest bar, null a gap. */
export function sparkline(values: readonly (number | null)[]): string {
  const greatest = values.reduce((most: number, value) => Math.max(most, value ?? 0), 0);
  const bars = values.map((value) => {
    if (value === null) return ' ';
    return BARS[greatest === 0 ? 0 : Math.ceil((value / greatest) * (BARS.length - 1))];
  });
  return `${bars.join('')} ${Math.round(greatest).toLocaleString('en-US')}`;
}
