import { type Channel, channel } from 'node:diagnostics_channel';
import { isCrossbridgeError } from '@crossbridge/core';
import type { StreamEnd } from '../sse/stream-options.ts';
import type { TokenUsage } from '../sse/usage.ts';

/** What a model is asked for, in the words of OpenTelemetry's conventions. */
export type ModelTask = 'chat' | 'text_completion' | 'embeddings' | 'generate_content';

/** One call of a model that has reached its provider, over all of its attempts. */
export interface ModelCall {
  readonly operation: string;
  readonly task: ModelTask;
  /** The provider, in the words of OpenTelemetry's conventions; `_OTHER` for one that is not known. */
  readonly provider: string;
  /** The model that answered, as the provider names it. Undefined where there was no answer, or it does not say. */
  readonly model: string | undefined;
  /** Tokens of the answer, where the provider has told them. What attempts before it took nobody tells. */
  readonly usage: TokenUsage | undefined;
  /** Milliseconds from the application's request to the end of the answer, or to the failure: waits and retries included. */
  readonly durationMs: number;
  /** A status code, a code of ours or `_OTHER`; undefined for a call that was answered. */
  readonly errorType: string | undefined;
}

/** Told of every {@link ModelCall} in the process, for telemetry that does not know which clients are hardened. */
const calls: Channel = channel('crossbridge:model.call');

/** Whether anybody listens: without a listener no answer is looked at. */
export function isModelCallHeard(): boolean {
  return calls.hasSubscribers;
}

/** What is known of a call before it is made. */
export type Asked = Pick<ModelCall, 'operation' | 'task' | 'provider'>;

/** One call under way. It is told of once: what comes after that is ignored. */
export class ModelCallWatch {
  readonly #asked: Asked;
  readonly #startedAtMs: number = performance.now();
  #reached = false;
  #told = false;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** The provider is being asked: a call that we refuse before is no call of a model. */
  reach(): void {
    this.#reached = true;
  }

  answered(usage: TokenUsage | undefined, model: string | undefined): void {
    this.#tell({ usage, model, errorType: undefined });
  }

  failed(
    errorType: string,
    told: { readonly usage?: TokenUsage | undefined; readonly model?: string | undefined } = {},
  ): void {
    this.#tell({ usage: told.usage, model: told.model, errorType });
  }

  /** The end of a streamed answer. Of one that the application did not want whole there is no error to tell. */
  ended({ end, usage, model }: Pick<StreamEnd, 'end' | 'usage' | 'model'>): void {
    if (end === 'complete' || end === 'cancelled') this.answered(end === 'complete' ? usage : undefined, model);
    else this.failed(END_ERRORS[end], { model });
  }

  #tell(outcome: Pick<ModelCall, 'usage' | 'model' | 'errorType'>): void {
    if (this.#told || !this.#reached) return;
    this.#told = true;
    calls.publish({
      ...this.#asked,
      ...outcome,
      durationMs: performance.now() - this.#startedAtMs,
    } satisfies ModelCall);
  }
}

const END_ERRORS = { failed: '_OTHER', truncated: 'stream_truncated', stalled: 'stream_stalled' } as const;

/** The type of an error, of which there are few. */
export function errorTypeOf(error: unknown): string {
  return isCrossbridgeError(error) ? error.code : '_OTHER';
}
