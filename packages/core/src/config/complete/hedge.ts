import { DEFAULT_HEDGE } from '../defaults.ts';
import type { HedgeInput, OperationInput } from '../input.ts';
import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { HedgeConfig } from '../types.ts';
import { layered } from './merge.ts';

/** The hedges of one operation, or null when it has none. */
export function operationHedge(
  operation: string,
  given: OperationInput['hedge'],
  general: HedgeInput | undefined,
  review: Review,
): HedgeConfig | null {
  if (given === false || given === null || (given === undefined && general === undefined)) return null;
  const { key } = review.dialect;
  const path = [key('operations'), operation, key('hedge')];
  if (given !== undefined) checkTrigger(path, given, general === undefined, review);
  // Whoever says when to hedge means that alone: of the general section only the rest applies.
  const { delayMs: _delay, quantile: _quantile, ...rest } = general ?? {};
  return { ...DEFAULT_HEDGE, ...layered<HedgeConfig>(given, isTimed(given) ? rest : general) };
}

/** Checks the hedges of all operations by themselves. */
export function checkHedge(general: HedgeInput | undefined, review: Review): void {
  if (general !== undefined) checkTrigger([review.dialect.key('hedge')], general, true, review);
}

function isTimed(given: HedgeInput | undefined): boolean {
  return (given?.delayMs ?? null) !== null || (given?.quantile ?? null) !== null;
}

function checkTrigger(path: Path, given: HedgeInput, needed: boolean, review: Review): void {
  const { key } = review.dialect;
  const [delay, quantile] = [key('delayMs'), key('quantile')];
  const both = [
    [...path, delay],
    [...path, quantile],
  ];
  if ((given.delayMs ?? null) !== null && (given.quantile ?? null) !== null) {
    const message = `${delay} and ${quantile} both say when to hedge; keep one of the two`;
    review.problem([...path, quantile], message, both);
  } else if (needed && !isTimed(given)) {
    review.problem(path, `missing: a hedge needs ${delay} or ${quantile} to know when it is due`, both);
  }
}
