import {
  type Attributes,
  type Context,
  createContextKey,
  type Link,
  type SpanContext,
  type SpanKind,
  type TraceState,
} from '@opentelemetry/api';
import { LinkedContext } from './linked-context.ts';
import { PresetIds } from './preset-ids.ts';

/** Has the shape of the SDK's `SamplingResult`; a `decision` of 2 is `RECORD_AND_SAMPLED`. */
export interface SamplingResult {
  decision: number;
  attributes?: Readonly<Attributes>;
  traceState?: TraceState;
}

/** Has the shape of the SDK's `Sampler`. */
export interface SamplerLike {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult;
  toString(): string;
}

export interface KeepWhatHurtOptions {
  /** Decides about everything that does not hurt: the sampler that would stand alone otherwise. */
  readonly sampler: SamplerLike;
  /** Calls that take longer are kept. Default 5000 ms. */
  readonly slowerThanMs?: number;
}

const RECORD_AND_SAMPLED = 2;
const KEEP_KEY = createContextKey('crossbridge.keep');

/**
 * Exports every call that hurt, whatever share of the traces is sampled, down to none: each that was retried, failed, was refused, timed out
 * or took more than `slowerThanMs`. A hedge beside an attempt that goes well does not make it one.
 *
 * A call that the sampler drops has no span at first, only ids. When it begins to hurt its span is made after the fact, with those ids,
 * and what it does from then on is sampled below it. So nothing is buffered: a call that does not hurt costs no span.
 * What lies around the call (the request that the service answers, say) is as sampled as it was.
 *
 * Give `sampler` and `idGenerator` to the tracer provider, and this object to `createOtelObserver`:
 *
 * ```ts
 * const keep = new KeepWhatHurt({ sampler: new TraceIdRatioBasedSampler(0.01) });
 * const sdk = new NodeSDK({ sampler: keep.sampler, idGenerator: keep.idGenerator });
 * bridge.observe(createOtelObserver({ keep }));
 * ```
 */
export class KeepWhatHurt {
  readonly sampler: SamplerLike;
  readonly idGenerator: PresetIds = new PresetIds();
  readonly slowerThanMs: number;

  constructor({ sampler, slowerThanMs = 5_000 }: KeepWhatHurtOptions) {
    this.slowerThanMs = slowerThanMs;
    this.sampler = {
      shouldSample: (context, ...rest) => decided(context) ?? sampler.shouldSample(context, ...rest),
      toString: () => `KeepWhatHurt{${sampler.toString()}}`,
    };
  }

  /** Whether a span to come is sampled: everything below a call that is kept is, else the sampler behind this one says. */
  decide(context: Context, traceId: string, name: string, kind: SpanKind, attributes: Attributes): SamplingResult {
    return this.sampler.shouldSample(context, traceId, name, kind, attributes, []);
  }

  /** Starts a span with these ids (those of a parent in `context` come first), about which it is decided already. */
  start<T>(
    context: Context,
    ids: Pick<SpanContext, 'traceId' | 'spanId'>,
    result: SamplingResult,
    start: (context: Context) => T,
  ): T {
    return this.idGenerator.use(ids, () => start(new LinkedContext(context, KEEP_KEY, result)));
  }
}

/** A context in which every span is sampled. */
export function keeping(context: Context): Context {
  return new LinkedContext(context, KEEP_KEY, KEPT);
}

export const KEPT: SamplingResult = { decision: RECORD_AND_SAMPLED };

export function isSampled({ decision }: SamplingResult): boolean {
  return decision === RECORD_AND_SAMPLED;
}

function decided(context: Context): SamplingResult | undefined {
  return context.getValue(KEEP_KEY) as SamplingResult | undefined;
}
