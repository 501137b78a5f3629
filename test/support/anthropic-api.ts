import type { ServerResponse } from 'node:http';
import { sse } from './event-stream.ts';
import { json } from './upstream.ts';

function message(content: readonly object[]): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-test',
    content,
    stop_reason: content.some((block) => 'input' in block) ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5 },
  };
}

/** A message of one text, as the Anthropic API answers it. */
export function answerMessage(response: ServerResponse, text: string, headers: Record<string, string> = {}): void {
  json(response, 200, message([{ type: 'text', text, citations: null }]), { 'request-id': 'req_1', ...headers });
}

/** A message that asks for a tool. */
export function answerToolUse(response: ServerResponse, name: string, input: object): void {
  json(response, 200, message([{ type: 'tool_use', id: 'toolu_1', name, input }]), { 'request-id': 'req_1' });
}

/** An error as the Anthropic API tells it. */
export function answerError(
  response: ServerResponse,
  status: number,
  type: string,
  headers: Record<string, string> = {},
  errorCode?: string,
): void {
  const details = errorCode === undefined ? null : { error_code: errorCode };
  json(response, status, { type: 'error', error: { type, message: type, details }, request_id: 'req_1' }, headers);
}

function typed(type: string, rest: object = {}): string {
  return sse({ type, ...rest }, type);
}

/** The events of a streamed message. */
export const events = {
  start: typed('message_start', {
    message: { ...message([]), stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } },
  }),
  ping: typed('ping'),
  overloaded: typed('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
  block: typed('content_block_start', { index: 0, content_block: { type: 'text', text: '', citations: null } }),
  text: (text: string): string => typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  blockStop: typed('content_block_stop', { index: 0 }),
  delta: typed('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 5 },
  }),
  stop: typed('message_stop'),
};

/** The events of a whole message that consists of these texts. */
export function wholeMessage(...texts: readonly string[]): string[] {
  const { start, ping, block, text, blockStop, delta, stop } = events;
  return [start, ping, block, ...texts.map(text), blockStop, delta, stop];
}
