import type { TelemetryConfig } from '@crossbridge/core/config';
import type { Severity, StateLogLine } from '@crossbridge/otel';

const LEVELS: Readonly<Record<Severity, number>> = { INFO: 1, WARN: 2, ERROR: 3 };
const LEAST: Readonly<Record<TelemetryConfig['logLevel'], number>> = { info: 1, warn: 2, error: 3, off: 4 };

/**
 * Writes changes of state (circuit breakers, health, config) as one line of JSON each, from `level` on. For services whose log is read from
 * standard error; those that export logs by OpenTelemetry have them there instead.
 */
export function stateLogWriter(
  level: TelemetryConfig['logLevel'],
  write: (line: string) => void,
): ((line: StateLogLine) => void) | undefined {
  if (level === 'off') return undefined;
  return (line) => {
    if (LEVELS[line.severity] >= LEAST[level]) write(`${JSON.stringify(flat(line))}\n`);
  };
}

function flat({ severity, event, message, attributes, traceId, spanId, suppressed }: StateLogLine): object {
  return {
    time: new Date().toISOString(),
    level: severity.toLowerCase(),
    event,
    message,
    ...(traceId === undefined ? {} : { trace_id: traceId, span_id: spanId }),
    ...(suppressed === 0 ? {} : { suppressed }),
    ...attributes,
  };
}
