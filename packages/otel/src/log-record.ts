import type { BridgeEvent, HealthStatus } from '@crossbridge/core';
import type { Attributes } from '@opentelemetry/api';
import { transitionAttributes } from './call-span.ts';
import * as attribute from './signals/attributes.ts';
import * as log from './signals/logs.ts';

export type Severity = 'INFO' | 'WARN' | 'ERROR';

/** A change of state, as a log record. */
export interface StateChange {
  /** Name of the event, of the catalogue. */
  readonly event: string;
  readonly severity: Severity;
  /** For people. */
  readonly message: string;
  readonly attributes: Attributes;
}

/** The log record of an event; undefined for those that concern one call only, which spans and metrics tell. */
export function stateChangeOf(event: BridgeEvent): StateChange | undefined {
  switch (event.type) {
    case 'circuit_breaker.changed':
      return {
        event: log.breakerStateChanged.name,
        severity: event.to === 'open' || event.to === 'isolated' ? 'WARN' : 'INFO',
        message: `The circuit breaker of '${event.operation}'${of(event.target)} went from ${event.from} to ${event.to}`,
        attributes: transitionAttributes(event),
      };
    case 'health.changed':
      return healthChange(event);
    case 'health.overall_changed':
      return {
        event: log.healthOverallChanged.name,
        severity: severityOf(event.to),
        message: `The service went from ${event.from} to ${event.to}`,
        attributes: { [attribute.healthFrom.name]: event.from, [attribute.healthTo.name]: event.to },
      };
    case 'features.changed':
      return featureChange(event.enabled, event.disabled);
    case 'config.reloaded':
      return {
        event: log.configReloaded.name,
        severity: event.result === 'rejected' ? 'ERROR' : 'INFO',
        message:
          event.result === 'rejected'
            ? 'The changed config has errors; the one before stays in force'
            : 'The changed config is in force',
        attributes: { [attribute.reloadResult.name]: event.result },
      };
    case 'rate_limit.store_changed':
      return storeChange(event);
    default:
      return undefined;
  }
}

function storeChange({
  from,
  to,
  mode,
}: Extract<BridgeEvent, { readonly type: 'rate_limit.store_changed' }>): StateChange {
  const meanwhile = to === 'down' ? `; meanwhile on_store_error decides: ${mode}` : '';
  return {
    event: log.storeChanged.name,
    severity: to === 'down' ? 'WARN' : 'INFO',
    message: `The store of shared rate limits went from ${from} to ${to}${meanwhile}`,
    attributes: {
      [attribute.storeFrom.name]: from,
      [attribute.storeTo.name]: to,
      [attribute.storeOnError.name]: mode,
    },
  };
}

function healthChange(event: Extract<BridgeEvent, { readonly type: 'health.changed' }>): StateChange {
  const { check, from, to, flapping, message } = event;
  const what =
    from === to
      ? `The health check '${check}' ${flapping ? 'is flapping' : 'is stable again'} (${to})`
      : `The health check '${check}' went from ${from} to ${to}${flapping ? ' and is flapping' : ''}`;
  return {
    event: log.healthChanged.name,
    severity: flapping && to === 'healthy' ? 'WARN' : severityOf(to),
    message: message === '' ? what : `${what}: ${message}`,
    attributes: {
      [attribute.healthCheck.name]: check,
      [attribute.healthFrom.name]: from,
      [attribute.healthTo.name]: to,
      [attribute.healthFlapping.name]: flapping,
      [attribute.healthMessage.name]: message,
    },
  };
}

function featureChange(enabled: readonly string[], disabled: readonly string[]): StateChange {
  const parts = [
    ...(disabled.length === 0 ? [] : [`switched off ${disabled.join(', ')}`]),
    ...(enabled.length === 0 ? [] : [`gave back ${enabled.join(', ')}`]),
  ];
  return {
    event: log.featuresChanged.name,
    severity: disabled.length === 0 ? 'INFO' : 'WARN',
    message: `Degraded mode ${parts.join(' and ')}`,
    attributes: {
      [attribute.featuresEnabled.name]: enabled.join(','),
      [attribute.featuresDisabled.name]: disabled.join(','),
    },
  };
}

function severityOf(status: HealthStatus): Severity {
  if (status === 'healthy') return 'INFO';
  return status === 'unhealthy' ? 'ERROR' : 'WARN';
}

function of(target: string | undefined): string {
  return target === undefined ? '' : ` for ${target}`;
}
