import { DEFAULT_TELEMETRY } from '../defaults.ts';
import type { RuntimeConfigInput } from '../input.ts';
import type { TelemetryConfig } from '../types.ts';
import { layered } from './merge.ts';

export function completeTelemetry({ telemetry: given = {} }: RuntimeConfigInput): TelemetryConfig {
  const { sampling, ...fields } = given;
  return {
    ...DEFAULT_TELEMETRY,
    ...layered<Omit<TelemetryConfig, 'sampling'>>(fields),
    sampling: { ...DEFAULT_TELEMETRY.sampling, ...layered<TelemetryConfig['sampling']>(sampling) },
  };
}
