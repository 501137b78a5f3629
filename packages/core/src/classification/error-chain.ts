/** How far causes are followed: deeper chains are cycles or accidents. */
const MAX_LINKS = 16;

/** Where libraries keep the error beneath theirs: the standard's `cause`, Sequelize's `original`, TypeORM's `driverError`. */
const CAUSES = ['cause', 'original', 'driverError'] as const;

/** One error of a chain, and how it is reached from the outermost one: `error.cause.errors[0]`. */
export interface ErrorLink {
  readonly error: unknown;
  readonly path: string;
}

/** The error, its causes and the members of every `AggregateError` among them, outermost first. */
export function chainOf(error: unknown): readonly ErrorLink[] {
  const chain: ErrorLink[] = [{ error, path: 'error' }];
  const seen = new Set([error]);
  for (let index = 0; index < chain.length && chain.length < MAX_LINKS; index += 1) {
    const link = chain[index];
    if (link === undefined || typeof link.error !== 'object' || link.error === null) continue;
    for (const next of nextOf(link)) {
      if (typeof next.error !== 'object' || next.error === null || seen.has(next.error)) continue;
      if (chain.length >= MAX_LINKS) break;
      seen.add(next.error);
      chain.push(next);
    }
  }
  return chain;
}

/** The members of an `AggregateError`, or of what looks like one. */
export function membersOf(error: unknown): readonly unknown[] {
  const errors = property(error, 'errors');
  try {
    return Array.isArray(errors) ? errors.slice(0, MAX_LINKS) : [];
  } catch {
    return [];
  }
}

/** Reads a property of something foreign: a getter that throws says nothing. */
export function property(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null) return undefined;
  try {
    return (of as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** `instanceof`, of something foreign: a proxy that forbids to be asked is nothing. */
export function isA<T>(error: unknown, type: abstract new (...args: never) => T): error is T {
  try {
    return error instanceof type;
  } catch {
    return false;
  }
}

function nextOf({ error, path }: ErrorLink): readonly ErrorLink[] {
  const causes = CAUSES.map((name) => ({ error: property(error, name), path: `${path}.${name}` }));
  const members = membersOf(error).map((member, index) => ({ error: member, path: `${path}.errors[${index}]` }));
  return [...causes, ...members];
}
