import type { BridgeEvent } from '@crossbridge/core';
import * as api from '@opentelemetry/api';
import { SCOPE_NAME, SCOPE_VERSION } from './instrumentation-scope.ts';
import { type Severity, type StateChange, stateChangeOf } from './log-record.ts';

/** A change of state for a log of the application's own, where OpenTelemetry has no place for it. */
export interface StateLogLine extends StateChange {
  /** Of the call that brought the change about, if one did. */
  readonly traceId?: string;
  readonly spanId?: string;
  /** Lines like this one that were left out before it, since there were too many. */
  readonly suppressed: number;
}

const WINDOW_MS = 60_000;
/** Of one event about one thing: enough to see a breaker open and close; a flapping one must not fill the log. */
const LINES_PER_WINDOW = 6;

/** Numbers of the log data model of OpenTelemetry: written out, since API 1.9 has no `SeverityNumber` to import. */
const SEVERITY_NUMBERS: Readonly<Record<Severity, number>> = { INFO: 9, WARN: 13, ERROR: 17 };

interface Window {
  readonly startedAt: number;
  lines: number;
  suppressed: number;
}

/**
 * Tells changes of state as log records, with the trace of the call that brought them about: through the logs API of OpenTelemetry
 * when somebody collects them there, else through `write`.
 */
export class StateLog {
  readonly #write: ((line: StateLogLine) => void) | undefined;
  readonly #onSuppressed: () => void;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(write: ((line: StateLogLine) => void) | undefined, onSuppressed: () => void, now: () => number) {
    this.#write = write;
    this.#onSuppressed = onSuppressed;
    this.#now = now;
  }

  on(event: BridgeEvent, context: api.Context | undefined): void {
    const change = stateChangeOf(event);
    if (change === undefined) return;
    const suppressed = this.#admit(change);
    if (suppressed === undefined) return;
    if (emit(change, context)) return;
    const span = context === undefined ? undefined : api.trace.getSpanContext(context);
    const ids = span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId };
    this.#write?.({ ...change, ...ids, suppressed });
  }

  /** How many lines were left out before this one; undefined when this one is left out too. */
  #admit({ event, attributes }: StateChange): number | undefined {
    const now = this.#now();
    const about = `${event} ${Object.values(attributes)[0]}`;
    const known = this.#windows.get(about);
    const window =
      known !== undefined && now - known.startedAt < WINDOW_MS
        ? known
        : { startedAt: now, lines: 0, suppressed: known?.suppressed ?? 0 };
    this.#windows.set(about, window);
    if (window.lines >= LINES_PER_WINDOW) {
      window.suppressed += 1;
      this.#onSuppressed();
      return undefined;
    }
    window.lines += 1;
    const { suppressed } = window;
    window.suppressed = 0;
    return suppressed;
  }
}

/** Whether somebody collects log records through the logs API. API 1.9 has none. */
function emit({ event, severity, message, attributes }: StateChange, context: api.Context | undefined): boolean {
  const logs = (api as Partial<Pick<typeof api, 'logs'>>).logs;
  const logger = logs?.getLogger(SCOPE_NAME, SCOPE_VERSION);
  const severityNumber: api.SeverityNumber = SEVERITY_NUMBERS[severity];
  if (logger?.enabled({ severityNumber, eventName: event }) !== true) return false;
  logger.emit({
    eventName: event,
    severityNumber,
    severityText: severity,
    body: message,
    attributes,
    ...(context === undefined ? {} : { context }),
  });
  return true;
}
