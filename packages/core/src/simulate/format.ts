const LABEL = 12;

/** A line of a report: what it is about, and what is said of it. */
export function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL)}${text}`.trimEnd();
}

/** The numbers above 0 with their names: `20 success, 3 error`. */
export function counted(counts: Readonly<Record<string, number | string | undefined>>, between = ' '): string {
  return Object.entries(counts)
    .flatMap(([name, count]) => (typeof count === 'number' && count > 0 ? [`${number(count)}${between}${name}`] : []))
    .join(', ');
}

export function number(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Milliseconds. */
export function ms(value: number): string {
  return value.toFixed(1);
}

/** Milliseconds as seconds. */
export function seconds(value: number): string {
  return `${Number((value / 1_000).toFixed(value < 1_000 ? 3 : 1))} s`;
}

/** What follows, if anything does. */
export function tail(text: string): string {
  return text === '' ? '' : `: ${text}`;
}
