/** Where a value stands in a configuration: keys and list indexes, outermost first. */
export type Path = readonly (string | number)[];

/** Writes a path the way a reader would: `runtime.upstreams[0].match`, `runtime.rate_limiting.overrides["user:1"]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** Whether one path is the other, or leads to it. */
export function overlaps(a: Path, b: Path): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return false;
  return true;
}
