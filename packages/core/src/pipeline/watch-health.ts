import type { RuntimeConfig } from '../config/types.ts';
import { BridgeHealth } from '../health/bridge-health.ts';
import type { BridgeEvent } from '../observer.ts';
import type { Environment } from './operation.ts';
import type { OperationRegistry } from './operation-registry.ts';
import { signsOf } from './operation-state.ts';

/** The health of a bridge, which looks at what its operations show whenever a breaker of theirs moves. */
export function watchHealth(
  config: RuntimeConfig,
  { clock, random, notifier }: Environment,
  operations: OperationRegistry,
): BridgeHealth {
  const health = new BridgeHealth({
    config,
    clock,
    random,
    signs: () => Array.from(operations.all(), signsOf),
    traffic: (operation) => operations.find(operation)?.traffic,
    tell: (event) => notifier.tell(event),
  });
  const on = ({ type }: BridgeEvent): void => {
    if (type === 'circuit_breaker.changed') health.evaluateSoon();
  };
  // Breakers tell of every change, whether or not somebody watches calls, and this one wants nothing else.
  notifier.add({ on, wants: () => false });
  return health;
}
