import { type OperationConfig, resolveRuntimeConfig } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallFigures } from '../../../packages/core/src/simulate/report.ts';
import { simulate } from '../../../packages/core/src/simulate/simulate.ts';
import { simulationText } from '../../../packages/core/src/simulate/text.ts';
import { runByHand } from './by-hand.ts';
import { expectedReport } from './expected-report.ts';
import { scenarios } from './scenarios.ts';

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function assertAddsUp({ calls, outcomes, unfinished, attempts, admitted, retried, hedged, timeMs }: CallFigures): void {
  expect(sum(Object.values(outcomes)) + unfinished).toBe(calls);
  expect(admitted + retried + hedged).toBe(attempts);
  expect(admitted).toBeLessThanOrEqual(calls);
  expect(attempts).toBeGreaterThanOrEqual(admitted);
  for (const spent of Object.values(timeMs)) expect(spent).toBeGreaterThanOrEqual(0);
}

describe('any simulation', () => {
  it('reports what a bridge driven by hand shows to who watches it', () =>
    fc.assert(
      fc.asyncProperty(scenarios, async ({ config, workload, seed }) => {
        const report = await simulate(config, workload, { seed });
        const watched = await runByHand(config, workload, seed);
        const { operations } = resolveRuntimeConfig(config);
        expect(report.durationMs).toBe(watched.endMs);
        for (const operation of report.operations) {
          const policies = operations[operation.operation] as OperationConfig;
          expect(operation).toStrictEqual(expectedReport(operation.operation, policies, watched, report.bucketMs));
        }
      }),
      { numRuns: 150 },
    ));

  it('adds up, over targets and over time', () =>
    fc.assert(
      fc.asyncProperty(scenarios, fc.integer({ min: 1, max: 100 }), async ({ config, workload, seed }, points) => {
        const { bucketMs, durationMs, operations } = await simulate(config, workload, { seed, points });
        for (const report of operations) {
          const { targets, series, calls, attempts, retried, hedged, outcomes } = report;
          assertAddsUp(report);
          for (const target of targets) assertAddsUp(target);
          if (targets.length > 0) {
            expect(sum(targets.map((target) => target.calls))).toBe(calls);
            expect(sum(targets.map((target) => target.attempts))).toBe(attempts);
            expect(sum(targets.map((target) => target.outcomes.success))).toBe(outcomes.success);
          }
          expect(series.calls.length).toBeLessThanOrEqual(points);
          expect(series.calls.length).toBe(Math.floor(durationMs / bucketMs) + 1);
          expect(sum(series.calls)).toBe(calls);
          expect(sum(series.attempts)).toBe(attempts);
          expect(sum(series.repeated)).toBe(retried + hedged);
          for (const [outcome, counts] of Object.entries(series.outcomes)) {
            expect(sum(counts)).toBe(outcomes[outcome as keyof typeof outcomes]);
          }
        }
      }),
      { numRuns: 100 },
    ));

  it('has policies that account for what they refuse, and upstreams that keep to their bounds', () =>
    fc.assert(
      fc.asyncProperty(scenarios, async ({ config, workload, seed }) => {
        const report = await simulate(config, workload, { seed });
        for (const { operation, policies, calls, attempts, retried, hedged, outcomes, ...rest } of report.operations) {
          const limits = resolveRuntimeConfig(config).operations[operation]?.rateLimits ?? [];
          for (const [index, { per, mode }] of limits.entries()) {
            const { admitted = 0, throttled = 0, cancelled = 0 } = policies.limits[index] ?? {};
            if (per === 'call') expect(admitted + throttled + cancelled).toBeLessThanOrEqual(calls);
            // A limit that is alone decides alone.
            if (limits.length > 1) continue;
            if (per === 'attempt' && mode === 'enforce') expect(admitted).toBe(attempts);
            if (mode === 'shadow') expect(outcomes.throttled).toBe(0);
            else if (per === 'call') expect(throttled).toBe(outcomes.throttled);
          }
          if (policies.retry?.mode !== 'enforce') expect(retried).toBe(0);
          else expect(policies.retry.decisions.retried ?? 0).toBeGreaterThanOrEqual(retried);
          if (policies.hedge?.mode !== 'enforce') expect(hedged).toBe(0);
          else expect(policies.hedge.decisions.hedged ?? 0).toBe(hedged);
          const { upstream: one, targets = {} } = workload.find((each) => each.operation === operation) ?? {};
          const bounds = one === undefined ? Object.values(targets) : [one];
          const loads = one === undefined ? rest.targets.map(({ upstream }) => upstream) : [rest.upstream];
          bounds.forEach(({ concurrencyLimit = calls * 9, queueLimit = calls * 9, quota }, index) => {
            expect(loads[index]?.peakConcurrency).toBeLessThanOrEqual(concurrencyLimit);
            expect(loads[index]?.peakQueue).toBeLessThanOrEqual(queueLimit);
            if (quota === undefined) expect(loads[index]?.overQuota).toBe(0);
          });
        }
      }),
      { numRuns: 100 },
    ));

  it('is the same for the same seed, survives JSON, and can be told in words', () =>
    fc.assert(
      fc.asyncProperty(scenarios, async ({ config, workload, seed }) => {
        const report = await simulate(config, workload, { seed });
        expect(await simulate(config, JSON.parse(JSON.stringify(workload)), { seed })).toStrictEqual(report);
        expect(JSON.parse(JSON.stringify(report))).toStrictEqual(report);
        expect(simulationText(report)).not.toMatch(/NaN|undefined|null|\[object/);
      }),
      { numRuns: 50 },
    ));
});
