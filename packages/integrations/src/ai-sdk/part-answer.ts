import { StreamTruncatedError } from '@crossbridge/core';
import type { LanguageModelMiddleware } from 'ai';
import type { Answer } from '../sse/guarded-reader.ts';
import { type InBandError, inBandErrorIn } from '../sse/in-band-error.ts';
import type { TokenUsage } from '../sse/usage.ts';
import { modelUsage } from './model-usage.ts';

/** What a model of the AI SDK streams with, and one part of it. */
export type ModelStream = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapStream']>>>;
export type ModelPart = ModelStream['stream'] extends ReadableStream<infer Part> ? Part : never;

/** Parts that are said before the answer: it may still begin anew. */
const PREAMBLE: ReadonlySet<ModelPart['type']> = new Set([
  'stream-start',
  'response-metadata',
  'raw',
  'text-start',
  'reasoning-start',
]);

/** A streamed answer in the parts of the AI SDK. */
export class PartAnswer implements Answer<ModelPart> {
  begun = false;
  over = false;
  usage: TokenUsage | undefined;
  model: string | undefined;
  error: InBandError | undefined;
  readonly #operation: string;

  constructor(operation: string) {
    this.#operation = operation;
  }

  get failed(): boolean {
    return this.error !== undefined;
  }

  /** Every model ends its answer with a part that says so. */
  get mayEnd(): boolean {
    return this.over;
  }

  /** @throws StreamTruncatedError when the answer ends without a reason to */
  take(part: ModelPart): boolean {
    if (part.type === 'ping') return false;
    if (part.type === 'response-metadata') this.model ??= part.modelId;
    if (part.type === 'error') this.#fail(part.error);
    else if (part.type === 'finish') {
      this.usage = modelUsage(part.usage);
      if (!this.over && isInterrupted(part.finishReason)) {
        throw new StreamTruncatedError(this.#operation, 'it ended without a reason to finish');
      }
      this.over = true;
    } else if (!PREAMBLE.has(part.type) && !('delta' in part && part.delta === '')) this.begun = true;
    return true;
  }

  #fail(error: unknown): void {
    this.over = true;
    this.error ??= inBandErrorIn({ error }) ?? {
      message: String(error),
      code: undefined,
      type: undefined,
      status: undefined,
    };
  }
}

/** What providers say of an answer whose end they have not seen: those made for earlier versions say "other", without the reason that was given. */
function isInterrupted({ unified, raw }: Extract<ModelPart, { type: 'finish' }>['finishReason']): boolean {
  return unified === 'interrupted' || (unified === 'other' && raw === undefined);
}
