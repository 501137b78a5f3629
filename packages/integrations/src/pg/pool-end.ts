import type { PgDriverPool } from './driver.ts';

interface Calls {
  readonly underWay: Set<Promise<unknown>>;
  ending: Promise<unknown> | undefined;
}

const calls = new WeakMap<PgDriverPool, Calls>();

function callsOf(pool: PgDriverPool): Calls {
  let known = calls.get(pool);
  if (known === undefined) {
    known = { underWay: new Set(), ending: undefined };
    calls.set(pool, known);
  }
  return known;
}

/** Notes a call, which the pool may not have heard of yet: policies come first. */
export function underWayOn<T>(pool: PgDriverPool, answer: Promise<T>): Promise<T> {
  const { underWay } = callsOf(pool);
  underWay.add(answer);
  const settled = (): void => {
    underWay.delete(answer);
  };
  answer.then(settled, settled);
  return answer;
}

/** Whether the pool has been told to end and only waits for calls made before. */
export function isEnding(pool: PgDriverPool): boolean {
  return calls.get(pool)?.ending !== undefined;
}

/**
 * `pool.end`, after the calls that were made before: to the pool they would come too late.
 *
 * @param end the pool's own
 */
export function endPool(pool: PgDriverPool, args: readonly unknown[], end: () => unknown): unknown {
  const known = callsOf(pool);
  if (known.ending === undefined && known.underWay.size === 0) return end();
  const before = known.ending ?? Promise.allSettled(known.underWay);
  const ended = before.then(end, end);
  known.ending = ended;
  if (typeof args[0] !== 'function') return ended;
  ended.catch(() => {});
  return undefined;
}

/** What pg-pool says to who comes too late. */
export function tooLate(): Error {
  return new Error('Cannot use a pool after calling end on the pool');
}
