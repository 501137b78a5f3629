import { isDeepStrictEqual } from 'node:util';
import { entry, names } from './complete/merge.ts';
import { formatPath } from './path.ts';
import { yamlDialect } from './schema/dialect.ts';
import type { RuntimeConfig } from './types.ts';

/** One part of a configuration that differs from another. */
export interface ConfigChange {
  readonly section: keyof RuntimeConfig;
  /** The operation, when the section is `operations`. */
  readonly operation: string | undefined;
  readonly change: 'added' | 'removed' | 'changed';
  /** As `crossbridge.yml` calls it: `operations.search`, `rate_limiting`. */
  readonly path: string;
}

/** What differs between two configurations: operation by operation, and section by section. Empty when nothing does. */
export function diffConfig(before: RuntimeConfig, after: RuntimeConfig): readonly ConfigChange[] {
  return (Object.keys(after) as (keyof RuntimeConfig)[]).flatMap((section) => {
    if (section === 'operations') return operationChanges(before.operations, after.operations);
    const same = isDeepStrictEqual(before[section], after[section]);
    return same ? [] : [{ section, operation: undefined, change: 'changed', path: yamlDialect.key(section) }];
  });
}

type Operations = RuntimeConfig['operations'];

function operationChanges(before: Operations, after: Operations): ConfigChange[] {
  return names(before, after).flatMap((operation): ConfigChange[] => {
    const [old, now] = [entry(before, operation), entry(after, operation)];
    if (isDeepStrictEqual(old, now)) return [];
    const change = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    return [{ section: 'operations', operation, change, path: formatPath(['operations', operation]) }];
  });
}
