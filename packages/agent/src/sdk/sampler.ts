import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { reportOnce } from '../report.ts';
import { text } from './env.ts';

const SAMPLERS: Readonly<Record<string, () => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: () => new TraceIdRatioBasedSampler(ratio()),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio()) }),
};

const DEFAULT = 'parentbased_always_on';

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for. The SDK does not hand out the one that it would make. */
export function samplerFromEnv(): Sampler {
  const name = text('OTEL_TRACES_SAMPLER')?.toLowerCase() ?? DEFAULT;
  const create = Object.hasOwn(SAMPLERS, name) ? SAMPLERS[name] : undefined;
  if (create !== undefined) return create();
  const known = Object.keys(SAMPLERS).join(', ');
  reportOnce('sampler', `OTEL_TRACES_SAMPLER: '${name}' is not known here; use one of ${known}. Using ${DEFAULT}`);
  return new ParentBasedSampler({ root: new AlwaysOnSampler() });
}

function ratio(): number {
  const given = text('OTEL_TRACES_SAMPLER_ARG');
  const value = Number(given ?? 1);
  if (value >= 0 && value <= 1) return value;
  reportOnce('sampler ratio', `OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got '${given}'; using 1`);
  return 1;
}
