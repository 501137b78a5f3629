import { errorTypeOf, isModelCallHeard, ModelCallWatch, type ModelTask } from '../model-call/model-call.ts';
import { aiSdkProvider } from '../model-call/provider-name.ts';
import { member } from '../sse/usage.ts';
import type { ModelCall } from './call-model.ts';
import { modelUsage } from './model-usage.ts';

/** Runs a call of a model and tells, where somebody listens, how it failed. How it was answered is for `run` to tell. */
export async function watched<T>(
  operation: string,
  task: ModelTask,
  { model, signal }: ModelCall,
  run: (watch: ModelCallWatch | undefined) => Promise<T>,
): Promise<T> {
  if (!isModelCallHeard()) return run(undefined);
  const watch = new ModelCallWatch({ operation, task, provider: aiSdkProvider(model.provider) });
  try {
    return await run(watch);
  } catch (error) {
    const status = member(error, 'statusCode');
    if (signal?.aborted !== true) watch.failed(typeof status === 'number' ? `${status}` : errorTypeOf(error));
    throw error;
  }
}

/** Tells of an answer of a model that is not streamed. */
export function tellAnswer(
  watch: ModelCallWatch | undefined,
  answer: { readonly usage?: unknown; readonly response?: unknown },
  model: ModelCall['model'],
): void {
  const answered = member(answer.response, 'modelId');
  watch?.answered(modelUsage(answer.usage), typeof answered === 'string' ? answered : model.modelId);
}
