import type { StateLogLine } from '@crossbridge/otel';
import { expect, it } from 'vitest';
import { stateLogWriter } from '../../../packages/agent/src/log/state-log-writer.ts';

function line(fields: Partial<StateLogLine> = {}): StateLogLine {
  return {
    event: 'crossbridge.health.changed',
    severity: 'WARN',
    message: 'The health check "db"\nis degraded',
    attributes: { 'crossbridge.health.check': 'db' },
    suppressed: 0,
    ...fields,
  };
}

function written(level: Parameters<typeof stateLogWriter>[0], ...lines: StateLogLine[]): string[] {
  const texts: string[] = [];
  const write = stateLogWriter(level, (text) => texts.push(text));
  for (const each of lines) write?.(each);
  return texts;
}

it('writes one line of JSON each, with the trace where there is one', () => {
  const [text = '', ...others] = written('warn', line({ traceId: 'a1', spanId: 'b2', suppressed: 3 }));
  expect(others).toEqual([]);
  expect(text.endsWith('\n')).toBe(true);
  expect(text.trimEnd()).not.toContain('\n');
  expect(JSON.parse(text)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    level: 'warn',
    event: 'crossbridge.health.changed',
    message: 'The health check "db"\nis degraded',
    trace_id: 'a1',
    span_id: 'b2',
    suppressed: 3,
    'crossbridge.health.check': 'db',
  });
  expect(JSON.parse(written('warn', line())[0] ?? '')).not.toHaveProperty('trace_id');
});

it('writes from its level on', () => {
  const all = [line({ severity: 'INFO' }), line({ severity: 'WARN' }), line({ severity: 'ERROR' })];
  const levels = (level: Parameters<typeof stateLogWriter>[0]) => written(level, ...all).length;
  expect([levels('info'), levels('warn'), levels('error'), levels('off')]).toEqual([3, 2, 1, 0]);
});
