import { ADAPTIVE_HEADROOM, DEFAULT_ADAPTIVE_LIMIT, DEFAULT_BULKHEAD } from '../defaults.ts';
import type { BulkheadInput, OperationInput } from '../input.ts';
import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { AdaptiveLimitConfig, BulkheadConfig } from '../types.ts';
import { layered } from './merge.ts';
import { Places } from './places.ts';

/** The bulkhead of one operation, or null when it has none. */
export function operationBulkhead(
  operation: string,
  given: OperationInput['bulkhead'],
  general: BulkheadInput | undefined,
  review: Review,
): BulkheadConfig | null {
  if (given === false || given === null || (given === undefined && general === undefined)) return null;
  const { key } = review.dialect;
  const section = [key('operations'), operation, key('bulkhead')];
  if (given?.limit === undefined && general === undefined) missingLimit(section, review);
  return complete([section, [key('bulkhead')]], [given, general], review);
}

/** Checks the bulkhead of all operations by itself. */
export function checkBulkhead(general: BulkheadInput | undefined, review: Review): void {
  if (general === undefined) return;
  const section = [review.dialect.key('bulkhead')];
  if (general.limit === undefined) missingLimit(section, review);
  complete([section], [general], review);
}

function complete(
  sections: readonly Path[],
  layers: readonly (BulkheadInput | undefined)[],
  review: Review,
): BulkheadConfig {
  const { adaptive: _layered, ...fields } = layered<BulkheadInput>(...layers);
  const given = layered<Omit<BulkheadConfig, 'adaptive'>>(fields);
  const limit = given.limit ?? 1;
  const adaptive = adaptiveLimit(layers, limit);
  if (adaptive !== null && given.limit !== undefined) checkBounds(new Places(sections, review), limit, adaptive);
  return { ...DEFAULT_BULKHEAD, ...given, limit, adaptive };
}

/** The operation's word on the matter counts; of its map the general one fills in what is missing. */
function adaptiveLimit(layers: readonly (BulkheadInput | undefined)[], limit: number): AdaptiveLimitConfig | null {
  const words = layers.map((layer) => layer?.adaptive).filter((word) => word !== undefined);
  if (words.length === 0 || words[0] === false || words[0] === null) return null;
  const maps = words.map((word) => (typeof word === 'object' && word !== null ? word : undefined));
  return {
    ...DEFAULT_ADAPTIVE_LIMIT,
    maxLimit: ADAPTIVE_HEADROOM * limit,
    ...layered<AdaptiveLimitConfig>(...maps),
  };
}

function checkBounds(places: Places, limit: number, { minLimit, maxLimit }: AdaptiveLimitConfig): void {
  const bulkhead = places.field('limit');
  if (limit < minLimit) {
    const bound = places.field('adaptive', 'minLimit');
    places.contradiction(
      [bulkhead, bound],
      `${bulkhead.said(limit)} is below ${bound.said(minLimit)}; start with at least as many, or lower the bound`,
    );
  }
  if (limit > maxLimit) {
    const bound = places.field('adaptive', 'maxLimit');
    places.contradiction(
      [bulkhead, bound],
      `${bulkhead.said(limit)} is above ${bound.said(maxLimit)}; start with at most as many, or raise the bound`,
    );
  }
}

function missingLimit(section: Path, review: Review): void {
  const path = [...section, review.dialect.key('limit')];
  review.problem(path, 'missing: a bulkhead needs the number of calls that may run at once');
}
