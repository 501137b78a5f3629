import { type Context, logs, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { afterEach, expect, it } from 'vitest';
import type { BridgeEvent } from '../../packages/core/src/observer.ts';
import { StateLog, type StateLogLine } from '../../packages/otel/src/state-log.ts';

afterEach(() => logs.disable());

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

function traced(): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
}

function health(to: 'healthy' | 'unhealthy', check = 'db'): BridgeEvent {
  const from = to === 'healthy' ? 'unhealthy' : 'healthy';
  return { type: 'health.changed', check, from, to, flapping: false, message: 'refused', call: undefined };
}

function breaker(to: 'open' | 'half_open' | 'closed'): BridgeEvent {
  return { type: 'circuit_breaker.changed', operation: 'search', from: 'closed', to, target: 'a:1', call: undefined };
}

/** A log that keeps its lines, and the clock by which it limits them. */
function stateLog() {
  const lines: StateLogLine[] = [];
  const clock = { now: 0 };
  const counts = { suppressed: 0 };
  const log = new StateLog(
    (line) => lines.push(line),
    () => {
      counts.suppressed += 1;
    },
    () => clock.now,
  );
  return { log, lines, clock, counts };
}

it('says what changed, how bad that is, and in which trace', () => {
  const { log, lines } = stateLog();
  log.on(breaker('open'), traced());
  log.on(health('unhealthy'), undefined);
  expect(lines).toEqual([
    {
      event: 'crossbridge.circuit_breaker.state_changed',
      severity: 'WARN',
      message: "The circuit breaker of 'search' for a:1 went from closed to open",
      attributes: {
        'crossbridge.operation': 'search',
        'crossbridge.circuit_breaker.from': 'closed',
        'crossbridge.circuit_breaker.to': 'open',
        'crossbridge.circuit_breaker.target': 'a:1',
      },
      traceId,
      spanId,
      suppressed: 0,
    },
    {
      event: 'crossbridge.health.changed',
      severity: 'ERROR',
      message: "The health check 'db' went from healthy to unhealthy: refused",
      attributes: {
        'crossbridge.health.check': 'db',
        'crossbridge.health.from': 'healthy',
        'crossbridge.health.to': 'unhealthy',
        'crossbridge.health.flapping': false,
        'crossbridge.health.message': 'refused',
      },
      suppressed: 0,
    },
  ]);
});

it('tells flapping, features, the whole and reloads', () => {
  const { log, lines } = stateLog();
  const call = undefined;
  const flapping = { check: 'db', from: 'unhealthy', to: 'unhealthy', message: '', call } as const;
  log.on({ type: 'health.changed', ...flapping, flapping: true }, undefined);
  log.on({ type: 'health.changed', ...flapping, flapping: false }, undefined);
  log.on({ type: 'health.overall_changed', from: 'healthy', to: 'degraded', call }, undefined);
  log.on({ type: 'features.changed', enabled: [], disabled: ['a', 'b'], call }, undefined);
  log.on({ type: 'features.changed', enabled: ['a'], disabled: [], call }, undefined);
  log.on({ type: 'config.reloaded', result: 'rejected', changed: [], call }, undefined);
  log.on({ type: 'config.reloaded', result: 'applied', changed: [], call }, undefined);
  expect(lines.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    "ERROR The health check 'db' is flapping (unhealthy)",
    "ERROR The health check 'db' is stable again (unhealthy)",
    'WARN The service went from healthy to degraded',
    'WARN Degraded mode switched off a, b',
    'INFO Degraded mode gave back a',
    'ERROR The changed config has errors; the one before stays in force',
    'INFO The changed config is in force',
  ]);
});

it('leaves calls to spans and metrics', () => {
  const { log, lines } = stateLog();
  log.on({ type: 'health.checked', check: 'db', status: 'healthy', durationMs: 1, call: undefined }, undefined);
  expect(lines).toEqual([]);
});

it('tells six changes a minute about one thing, and then how many it left out', () => {
  const { log, lines, clock, counts } = stateLog();
  for (let round = 0; round < 10; round += 1) log.on(health('unhealthy'), undefined);
  log.on(health('unhealthy', 'other'), undefined);
  expect(lines.map(({ attributes }) => attributes['crossbridge.health.check'])).toEqual([
    ...Array(6).fill('db'),
    'other',
  ]);
  expect(counts.suppressed).toBe(4);
  clock.now = 60_000;
  log.on(health('healthy'), undefined);
  expect(lines.at(-1)).toMatchObject({ severity: 'INFO', suppressed: 4 });
});

it('goes through the logs API when somebody collects there, with the context of the call', () => {
  const exporter = new InMemoryLogRecordExporter();
  logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] }));
  const { log, lines } = stateLog();
  log.on(breaker('open'), traced());
  expect(lines).toEqual([]);
  const [record] = exporter.getFinishedLogRecords();
  expect(record).toMatchObject({
    eventName: 'crossbridge.circuit_breaker.state_changed',
    severityNumber: 13,
    severityText: 'WARN',
    spanContext: { traceId, spanId },
    attributes: { 'crossbridge.operation': 'search' },
  });
});

it('writes itself when a logger is there that collects nothing', () => {
  logs.setGlobalLoggerProvider(new LoggerProvider());
  const { log, lines } = stateLog();
  log.on(breaker('open'), undefined);
  expect(lines).toHaveLength(1);
});
