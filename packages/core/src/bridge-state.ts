import type { OverallHealth } from './health/check-health.ts';
import type { OperationState } from './pipeline/operation-state.ts';

/** Live state of a bridge, for gauges and health endpoints. */
export interface BridgeStateView {
  operations(): readonly OperationState[];
  /** The health checks, settled, and what every operation shows by its calls. */
  health(): OverallHealth;
  /** Whether to send this service traffic, as far as health says. */
  ready(): boolean;
}
