import type { BridgeEvent, Observer, Scope } from '@crossbridge/core';

/** Keeps what it is told, as short lines that a test can compare as a whole. */
export class RecordingObserver implements Observer {
  readonly events: BridgeEvent[] = [];
  readonly scopes: Scope[] = [];

  around<T>(scope: Scope, next: () => Promise<T>): Promise<T> {
    this.scopes.push(scope);
    return next();
  }

  on(event: BridgeEvent): void {
    this.events.push(event);
  }

  ofType<K extends BridgeEvent['type']>(type: K): Extract<BridgeEvent, { type: K }>[] {
    return this.events.filter((event): event is Extract<BridgeEvent, { type: K }> => event.type === type);
  }

  /** The story in short: one line an event. */
  get story(): string[] {
    return this.events.map(line);
  }
}

function line(event: BridgeEvent): string {
  switch (event.type) {
    case 'call.started':
      return 'call';
    case 'rate_limit.decided':
      return `limit ${event.result}`;
    case 'rate_limit.store_asked':
      return `store ${event.result}`;
    case 'rate_limit.store_changed':
      return `store ${event.from} > ${event.to}`;
    case 'bulkhead.admitted':
      return `slot after ${event.waitMs}`;
    case 'bulkhead.rejected':
      return 'no slot';
    case 'circuit_breaker.rejected':
      return 'circuit refused';
    case 'circuit_breaker.changed':
      return `circuit ${event.from} > ${event.to}`;
    case 'attempt.started':
      return `attempt ${event.attempt}`;
    case 'attempt.ended':
      return `attempt ${event.attempt} ${event.outcome}${event.errorType === undefined ? '' : ` ${event.errorType}`}`;
    case 'retry.decided':
      return `retry ${event.decision}${event.decision === 'retried' ? ` in ${event.delayMs} (${event.source})` : ''}`;
    case 'timeout.exceeded':
      return `timeout ${event.scope}${event.mode === 'shadow' ? ' (shadow)' : ''}`;
    case 'hedge.decided':
      return `hedge ${event.decision}${event.mode === 'shadow' ? ' (shadow)' : ''} after ${event.delayMs}`;
    case 'fallback.used':
      return `fallback for ${event.errorType}`;
    case 'config.reloaded':
      return `config ${event.result}: ${event.changed.join(', ')}`;
    case 'health.checked':
      return `check ${event.check} ${event.status}`;
    case 'health.changed':
      return `health ${event.check} ${event.from} > ${event.to}${event.flapping ? ' (flapping)' : ''}`;
    case 'health.overall_changed':
      return `health ${event.from} > ${event.to}`;
    case 'features.changed':
      return `features +${event.enabled.join(',')} -${event.disabled.join(',')}`;
    case 'call.ended':
      return `end ${event.outcome}${event.errorType === undefined ? '' : ` ${event.errorType}`}`;
  }
}
