import type { Attributes } from '@opentelemetry/api';
import { FewValues } from './few-values.ts';
import { followChannel } from './follow-channel.ts';
import type { MeasurementSink } from './measurement-sink.ts';
import * as attribute from './signals/attributes.ts';
import type { ModelTask } from './signals/gen-ai-attributes.ts';
import * as metric from './signals/metrics.ts';

interface ModelCall {
  readonly operation: string;
  readonly task: ModelTask;
  readonly provider: string;
  readonly model: string | undefined;
  readonly usage:
    | {
        readonly input?: number | undefined;
        readonly output?: number | undefined;
        readonly cached?: number | undefined;
      }
    | undefined;
  readonly durationMs: number;
  readonly errorType: string | undefined;
}

/** Where the AI clients of `@crossbridge/integrations` tell of their calls. */
const CALL = 'crossbridge:model.call';

const MAX_MODELS = 50;
const MAX_PROVIDERS = 30;

/** Measures every call of a model that a hardened client of the process makes, while `active`; the function returned ends it. */
export function followModelCalls(sink: MeasurementSink, active: () => boolean): () => void {
  const models = new FewValues(MAX_MODELS);
  const providers = new FewValues(MAX_PROVIDERS);
  return followChannel<ModelCall>(CALL, 'a call of a model', (call) => {
    if (!active()) return;
    record(sink, call, {
      [attribute.operation.name]: call.operation,
      [attribute.genAiOperation.name]: call.task,
      [attribute.genAiProvider.name]: providers.keep(call.provider),
      [attribute.genAiModel.name]: models.keep(call.model),
    });
  });
}

function record(to: MeasurementSink, { usage, durationMs, errorType }: ModelCall, labels: Attributes): void {
  const ended = errorType === undefined ? labels : { ...labels, [attribute.errorType.name]: errorType };
  to.histogram(metric.genAiDuration, ended).record(durationMs / 1000, undefined);
  // As the conventions count: what came from a cache was asked as well.
  const input = usage?.input === undefined ? undefined : usage.input + (usage.cached ?? 0);
  for (const [type, tokens] of [['input', input] as const, ['output', usage?.output] as const]) {
    if (tokens === undefined) continue;
    to.histogram(metric.genAiTokens, { ...labels, [attribute.genAiTokenType.name]: type }).record(tokens, undefined);
  }
}
