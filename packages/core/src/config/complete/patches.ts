import { DEFAULT_PATCHES } from '../defaults.ts';
import type { RuntimeConfigInput } from '../input.ts';
import { suggestion } from '../nearest.ts';
import type { Review } from '../review.ts';
import type { PatchConfig, PatchesConfig, PatchName } from '../types.ts';

export function completePatches(
  { patches: given = {} }: RuntimeConfigInput,
  operations: readonly string[],
  review: Review,
): PatchesConfig {
  const complete = (module: PatchName): PatchConfig | false => {
    const own = given[module];
    if (own === false) return false;
    const usual = DEFAULT_PATCHES[module] as PatchConfig;
    const operation = own === undefined || own === true ? undefined : own.operation;
    if (operation === undefined) return usual;
    assertKnown(module, operation);
    return { operation };
  };
  // The usual one need not be there: without it the module is left alone.
  function assertKnown(module: PatchName, operation: string | null): void {
    if (operation === null || operation === usualOf(module) || operations.includes(operation)) return;
    const at = [review.dialect.key('patches'), module, review.dialect.key('operation')];
    const found = review.show(at, `"${operation}"`);
    review.problem(at, `no operation is called ${found}${suggestion(operation, operations)}`);
  }
  const entries = (Object.keys(DEFAULT_PATCHES) as PatchName[]).map((module) => [module, complete(module)]);
  return Object.fromEntries(entries) as PatchesConfig;
}

function usualOf(module: PatchName): string | null {
  return (DEFAULT_PATCHES[module] as PatchConfig).operation;
}
