import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { expect } from 'vitest';
import type { OperationReport } from '../../../packages/core/src/simulate/report.ts';
import { type SimulateOptions, simulate } from '../../../packages/core/src/simulate/simulate.ts';
import type { OperationLoad, Traffic } from '../../../packages/core/src/simulate/workload.ts';
import type { OperationInput } from '../../support/bridges.ts';

/** What becomes of the one operation of a config. */
export async function simulateOne(
  operation: OperationInput,
  load: Omit<OperationLoad, 'operation'>,
  options?: SimulateOptions,
  more: RuntimeConfigInput = {},
): Promise<OperationReport> {
  const config = { ...more, operations: { op: operation } };
  const { operations } = await simulate(config, [{ operation: 'op', ...load }], options);
  return operations[0] ?? expect.fail();
}

export function at(...seconds: readonly number[]): Traffic {
  return { shape: 'replay', atSeconds: seconds };
}

/** A call every tenth of a second. */
export function everyTenth(count: number): Traffic {
  return { shape: 'constant', ratePerSecond: 10, durationSeconds: count / 10 };
}

export function poisson(ratePerSecond: number, durationSeconds: number): Traffic {
  return { shape: 'poisson', ratePerSecond, durationSeconds };
}
