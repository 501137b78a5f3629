/** What is given in `layers`, the first that says something about a field winning. Undefined says nothing; null does. */
export function layered<T extends object>(
  ...layers: readonly (Partial<{ [K in keyof T]: T[K] | undefined }> | undefined)[]
): Partial<T> {
  const result: Record<string, unknown> = {};
  for (const layer of layers.toReversed()) {
    for (const [field, value] of Object.entries(layer ?? {})) if (value !== undefined) result[field] = value;
  }
  return result as Partial<T>;
}

/** A map by names of the user's own. It inherits nothing, so that `constructor` is no operation. */
export function byName<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const result: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) result[name] = value;
  return result;
}

/** The names in several maps, each once. */
export function names(...maps: readonly (object | undefined)[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map ?? {})))];
}

/** The entry of that name, inherited members aside. */
export function entry<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
