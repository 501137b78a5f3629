import { errorTypeOf, isModelCallHeard, ModelCallWatch } from '../model-call/model-call.ts';
import { modelTask } from '../model-call/model-task.ts';
import { providerOf } from '../model-call/provider-name.ts';
import { watchBody } from '../model-call/watch-body.ts';
import { isEventStream } from '../sse/guard-stream.ts';
import { modelIn, usageIn } from '../sse/usage.ts';
import type { CallOptions, Sent } from './attempts.ts';
import type { OutgoingRequest } from './request.ts';
import type { Sending } from './send.ts';
import { sendMetered } from './send-metered.ts';
import type { TokenMeter } from './token-meter.ts';

/** Sends a request and tells, where it asks a model for something and somebody listens, how that went and what it took. */
export function sendWatched(
  sending: Sending,
  meter: TokenMeter | undefined,
  request: OutgoingRequest,
  options: CallOptions,
): Sent<Response> {
  const task = isModelCallHeard() ? modelTask(request) : undefined;
  if (task === undefined) return sendMetered(sending, meter, request, options);
  const watch = new ModelCallWatch({ operation: sending.operation, task, provider: providerOf(request) });
  const sent = sendMetered(watchingStreams(sending, watch), meter, request, options);
  const response = sent.response.then(
    (answer) => {
      watch.reach();
      if (sent.answered()) watchAnswer(answer, request, watch);
      else watch.failed(answer.status < 400 ? '_OTHER' : `${answer.status}`);
      return answer;
    },
    (error: unknown) => {
      if (sent.attempts() > 0) watch.reach();
      // What the application gives up has not failed.
      if (request.signal?.aborted !== true) watch.failed(errorTypeOf(error));
      throw error;
    },
  );
  return { ...sent, response };
}

function watchingStreams(sending: Sending, watch: ModelCallWatch): Sending {
  const { onEnd } = sending.streams;
  const streams: Sending['streams'] = {
    ...sending.streams,
    onEnd: (end) => {
      watch.ended(end);
      onEnd?.(end);
    },
  };
  return { ...sending, streams };
}

function watchAnswer(answer: Response, { signal }: OutgoingRequest, watch: ModelCallWatch): void {
  // A guarded stream tells of itself; of one that is not guarded nobody knows when it ends.
  if (isEventStream(answer) || answer.status !== 200) return;
  watchBody(answer, {
    whole: (json) => watch.answered(usageIn(json), modelIn(json)),
    broken: () => {
      if (signal?.aborted !== true) watch.failed('_OTHER');
    },
  });
}
