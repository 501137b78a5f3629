import { isEventStream } from '../sse/guard-stream.ts';
import { usageIn } from '../sse/usage.ts';
import { generates } from './ai-request.ts';
import type { CallOptions, Sent } from './attempts.ts';
import type { OutgoingRequest } from './request.ts';
import { reserveTokens } from './reserved-tokens.ts';
import { type Sending, send } from './send.ts';
import type { Question, TokenBill, TokenMeter } from './token-meter.ts';

/** Sends a request once its tokens are reserved, where tokens are counted and it takes any. */
export function sendMetered(
  sending: Sending,
  meter: TokenMeter | undefined,
  request: OutgoingRequest,
  options: CallOptions,
): Sent<Response> {
  if (meter === undefined || !generates(request)) return send(sending, request, options);
  let sent: Sent<Response> | undefined;
  return {
    response: metered(sending, meter, request, options, (begun) => {
      sent = begun;
    }),
    attempts: () => sent?.attempts() ?? 0,
    askedWaitMs: () => sent?.askedWaitMs() ?? 0,
    answered: () => sent?.answered() ?? false,
  };
}

async function metered(
  sending: Sending,
  meter: TokenMeter,
  request: OutgoingRequest,
  options: CallOptions,
  onBegun: (sent: Sent<Response>) => void,
): Promise<Response> {
  const { key } = options;
  const { bill, deadlineMs } = await reserveTokens(sending, meter, questionOf(request), {
    key,
    signal: request.signal,
  });
  try {
    const sent = send(settling(sending, bill), request, { ...options, deadlineMs });
    onBegun(sent);
    const response = await sent.response;
    if (!sent.answered()) bill.cancel();
    else if (isJson(response)) void settleByBody(response.clone(), bill);
    return response;
  } catch (error) {
    bill.cancel();
    throw error;
  }
}

function questionOf({ url, text }: OutgoingRequest): Question {
  return { body: parse(text), hasAnswer: !/\/embeddings\/?$|:(?:batchE|e)mbedContents?$/.test(url.pathname) };
}

/** A stream tells its usage at its end. Of one that does not come to it nobody knows what it took: the estimate stays. */
function settling(sending: Sending, bill: TokenBill): Sending {
  const { onEnd } = sending.streams;
  const streams: Sending['streams'] = {
    ...sending.streams,
    onEnd: (end) => {
      if (end.end === 'complete') bill.settle(end.usage);
      onEnd?.(end);
    },
  };
  return { ...sending, streams };
}

async function settleByBody(copy: Response, bill: TokenBill): Promise<void> {
  try {
    bill.settle(usageIn(await copy.json()));
  } catch {
    // No JSON after all, or the application did not want the rest: the estimate stays.
  }
}

function isJson(response: Response): boolean {
  return !isEventStream(response) && /\bjson\b/i.test(response.headers.get('content-type') ?? '');
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
