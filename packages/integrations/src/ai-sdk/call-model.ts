import { runAsAttempt } from '@crossbridge/core';
import { currentKey } from '../fetch/call-key.ts';
import { asFailure, asThrown } from './model-failure.ts';
import type { ModelCalls } from './options.ts';

/** What a model is called with and about. */
export interface ModelCall {
  readonly model: { readonly provider: string; readonly modelId: string };
  readonly signal: AbortSignal | undefined;
  /** Whether a call around it is retried. */
  readonly nested: boolean;
  /** The longest that the call may take, where the operation's own timeout is not all there is. */
  readonly deadlineMs?: number | undefined;
}

/** One attempt of a call: its number, and the signal that ends it. */
export type ModelAttempt<T> = (signal: AbortSignal, attempt: number) => PromiseLike<T>;

/** Calls a model under the policies of its operation. A `fetch` hardened below it, the agent's say, passes its requests by. */
export async function callModel<T>(
  calls: ModelCalls,
  { model, signal, nested, deadlineMs }: ModelCall,
  attempt: ModelAttempt<T>,
): Promise<T> {
  const { bridge, operation } = calls;
  const retry = bridge.config.operations[operation]?.retry || null;
  const attempted = async (number: number, own: AbortSignal): Promise<T> => {
    try {
      const both = signal === undefined ? own : AbortSignal.any([signal, own]);
      return await runAsAttempt('model', async () => attempt(both, number));
    } catch (error) {
      throw asFailure(error);
    }
  };
  try {
    return await bridge.run(operation, (context) => attempted(context.attempt, context.signal), {
      key: currentKey(calls.key),
      signal,
      nested,
      deadlineMs,
      target: `${model.provider}/${model.modelId}`,
    });
  } catch (error) {
    throw asThrown(error, nested || (retry !== null && retry.mode !== 'shadow'));
  }
}
