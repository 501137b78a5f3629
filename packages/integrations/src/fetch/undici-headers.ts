/** Headers of a request as undici takes them: a flat list, an object, or entries. */
export interface ReadHeaders {
  /** What to hand on: entries of an iterator are kept, since they can be read only once. */
  readonly list: unknown;
  readonly headers: Headers;
}

export function readHeaders(given: unknown): ReadHeaders {
  const iterable = typeof given === 'object' && given !== null && !Array.isArray(given) && Symbol.iterator in given;
  if (!iterable) return { list: given, headers: headersOf(given) };
  const entries = [...(given as Iterable<unknown>)];
  return {
    list: { [Symbol.iterator]: () => entries[Symbol.iterator]() },
    headers: headersOf(Object.fromEntries(entries as [string, unknown][])),
  };
}

/** Headers from a flat list (`responseHeaders: 'raw'`) or an object. What is no header is left out: undici says what is wrong with it. */
export function headersOf(given: unknown): Headers {
  const headers = new Headers();
  for (const [name, value] of entriesOf(given)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      try {
        if (each !== undefined && each !== null) headers.append(String(name), String(each));
      } catch {
        // A name or value that HTTP does not know.
      }
    }
  }
  return headers;
}

function entriesOf(given: unknown): readonly (readonly [unknown, unknown])[] {
  if (!Array.isArray(given)) return typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return given.flatMap((name, index) => (index % 2 === 0 ? [[name, given[index + 1]] as const] : []));
}
