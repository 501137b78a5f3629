import { afterEach, expect, it, vi } from 'vitest';
import { samplerFromEnv } from '../../../packages/agent/src/sdk/sampler.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it.each([
  [undefined, undefined, 'ParentBased{root=AlwaysOnSampler'],
  ['always_on', undefined, 'AlwaysOnSampler'],
  ['always_off', undefined, 'AlwaysOffSampler'],
  ['traceidratio', '0.25', 'TraceIdRatioBased{0.25}'],
  ['TraceIdRatio', undefined, 'TraceIdRatioBased{1}'],
  ['parentbased_always_on', undefined, 'ParentBased{root=AlwaysOnSampler'],
  ['parentbased_always_off', undefined, 'ParentBased{root=AlwaysOffSampler'],
  ['parentbased_traceidratio', '0', 'ParentBased{root=TraceIdRatioBased{0}'],
] as const)('makes of OTEL_TRACES_SAMPLER=%s with the argument %s a %s', (name, argument, sampler) => {
  if (name !== undefined) vi.stubEnv('OTEL_TRACES_SAMPLER', name);
  if (argument !== undefined) vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', argument);
  expect(samplerFromEnv().toString()).toMatch(new RegExp(`^${sampler.replace(/[{}]/g, '\\$&')}`));
});

it('says what it does not know, and samples everything then', () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv('OTEL_TRACES_SAMPLER', 'jaeger_remote');
  expect(samplerFromEnv().toString()).toContain('AlwaysOnSampler');
  vi.stubEnv('OTEL_TRACES_SAMPLER', 'traceidratio');
  vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '7');
  expect(samplerFromEnv().toString()).toBe('TraceIdRatioBased{1}');
  expect(written.mock.calls.map(([line]) => String(line))).toEqual([
    expect.stringMatching(/'jaeger_remote' is not known here; use one of always_on, .*Using parentbased_always_on/),
    expect.stringContaining("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got '7'; using 1"),
  ]);
});
