import type { Bridge, BridgeStateView, CheckHealth, OverallHealth } from '@crossbridge/core';
import { messageOf } from '../report.ts';

/** What is known of the health of the process, in a form that fits through a message and into an answer. */
export interface HealthSnapshot {
  readonly overall: OverallHealth['overall'];
  readonly checks: readonly CheckHealth[];
  /** Checks beyond the most that are told. */
  readonly omitted: number;
  /** Whether to send this service traffic, as far as its health goes. */
  readonly ready: boolean;
  /** Whether the service counts as ready while it is degraded. */
  readonly continueOnDegraded: boolean;
}

const MOST_CHECKS = 500;
const MOST_NAME_CHARACTERS = 200;
const MOST_MESSAGE_CHARACTERS = 1_000;
const MOST_DETAIL_CHARACTERS = 4_000;

export interface SnapshotSource extends Pick<Bridge, 'config'> {
  readonly state: Pick<BridgeStateView, 'health' | 'ready'>;
}

/** Takes a snapshot. Its size is bounded, whatever the checks of the application tell. Never throws. */
export function takeSnapshot(bridge: SnapshotSource): HealthSnapshot {
  try {
    const { overall, checks } = bridge.state.health();
    return {
      overall,
      // Those that fail must not be the ones that are left out.
      checks: inOrder(checks).slice(0, MOST_CHECKS).map(bounded),
      ready: bridge.state.ready(),
      omitted: Math.max(0, checks.length - MOST_CHECKS),
      continueOnDegraded: bridge.config.healthChecks.degradedMode.continueOnDegraded,
    };
  } catch (error) {
    const message = `health could not be read: ${messageOf(error)}`;
    const check: CheckHealth = {
      check: 'crossbridge',
      status: 'unknown',
      message: message.slice(0, MOST_MESSAGE_CHARACTERS),
      required: undefined,
      flapping: false,
      source: 'probe',
      sinceMs: undefined,
      last: undefined,
    };
    return { overall: 'unknown', checks: [check], omitted: 0, ready: false, continueOnDegraded: true };
  }
}

function inOrder(checks: readonly CheckHealth[]): readonly CheckHealth[] {
  if (checks.length <= MOST_CHECKS) return checks;
  return [...checks].sort((a, b) => Number(a.status === 'healthy') - Number(b.status === 'healthy'));
}

function bounded(health: CheckHealth): CheckHealth {
  const { last } = health;
  return {
    ...health,
    check: health.check.slice(0, MOST_NAME_CHARACTERS),
    message: health.message.slice(0, MOST_MESSAGE_CHARACTERS),
    last: last === undefined ? undefined : { ...last, details: boundedDetails(last.details) },
  };
}

function boundedDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    const json = JSON.stringify(details);
    if (json.length <= MOST_DETAIL_CHARACTERS) return JSON.parse(json) as Record<string, unknown>;
    return { omitted: `${json.length} characters, more than ${MOST_DETAIL_CHARACTERS}` };
  } catch {
    return { omitted: 'not representable as JSON' };
  }
}
