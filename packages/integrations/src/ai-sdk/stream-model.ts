import type { TokenBill } from '../fetch/token-meter.ts';
import type { ModelCallWatch } from '../model-call/model-call.ts';
import { holdBack, type Room } from '../sse/hold-back.ts';
import { orStall } from '../sse/stalling.ts';
import { InBandFailure } from '../sse/stream-failure.ts';
import type { StreamOptions } from '../sse/stream-options.ts';
import { StreamWatch } from '../sse/stream-watch.ts';
import { callModel, type ModelCall } from './call-model.ts';
import type { ModelCalls } from './options.ts';
import { type ModelPart, type ModelStream, PartAnswer } from './part-answer.ts';

/** A stream of more parts that are no content is passed on as it is. */
const ROOM: Room<ModelPart> = { size: 10_000, sizeOf: () => 1 };

/** Who is told what a stream took. */
interface Account {
  readonly bill: TokenBill | undefined;
  readonly watch: ModelCallWatch | undefined;
}

/** Streams from a model under the policies of its operation: the call is answered when the first content comes. */
export async function streamModel(
  calls: ModelCalls,
  call: ModelCall,
  account: Account,
  doStream: (signal: AbortSignal) => PromiseLike<ModelStream>,
): Promise<ModelStream> {
  const watch = new StreamWatch<ModelStream>(calls.operation, settling(calls.streams, account));
  const failed = new Set<ModelStream>();
  const discardFailed = (kept?: unknown): void => {
    for (const { stream } of failed) if (stream !== kept) void stream.cancel().catch(() => {});
    failed.clear();
  };
  const guarded = async (signal: AbortSignal, attempt: number): Promise<ModelStream> => {
    discardFailed();
    const begun = watch.attempt(attempt, signal);
    if (calls.streams.guard === false) return doStream(signal);
    return begun(async (limits, ended) => {
      const result = await orStall(limits, signal, doStream);
      const answer = new PartAnswer(limits.operation);
      const stream = await holdBack(result.stream, answer, limits, ROOM, ended);
      const held = { ...result, stream };
      if (answer.error === undefined || answer.begun) return held;
      failed.add(held);
      throw new InBandFailure(held, answer.error);
    });
  };
  try {
    const result = await callModel(calls, call, guarded);
    watch.give(result);
    discardFailed();
    return result;
  } catch (error) {
    const kept = error instanceof InBandFailure ? (error.answer as ModelStream) : undefined;
    discardFailed(kept?.stream);
    if (kept === undefined) throw error;
    account.bill?.cancel();
    account.watch?.failed('_OTHER');
    return kept;
  }
}

/** Of a stream that does not come to its end nobody knows what it took: the estimate stays. */
function settling(streams: StreamOptions, { bill, watch }: Account): StreamOptions {
  if (bill === undefined && watch === undefined) return streams;
  return {
    ...streams,
    onEnd: (end) => {
      if (end.end === 'complete') bill?.settle(end.usage);
      watch?.ended(end);
      streams.onEnd?.(end);
    },
  };
}
