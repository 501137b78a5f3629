import { member } from './usage.ts';

/**
 * What one event is to the streamed answer it belongs to:
 *
 * - `keep_alive`: says only that the connection is alive
 * - `preamble`: belongs to the answer but is no part of it, so that the answer may still begin anew
 * - `content`: part of the answer, tool calls and reasoning included
 * - `end`: the answer is whole
 * - `error`: the answer has failed
 */
export type EventKind = 'keep_alive' | 'preamble' | 'content' | 'end' | 'error';

const KINDS: Readonly<Record<string, EventKind>> = {
  // Anthropic Messages.
  ping: 'keep_alive',
  message_start: 'preamble',
  content_block_start: 'preamble',
  message_stop: 'end',
  // OpenAI Responses.
  keepalive: 'keep_alive',
  'response.created': 'preamble',
  'response.queued': 'preamble',
  'response.in_progress': 'preamble',
  'response.output_item.added': 'preamble',
  'response.content_part.added': 'preamble',
  'response.reasoning_summary_part.added': 'preamble',
  'response.completed': 'end',
  'response.incomplete': 'end',
  'response.failed': 'error',
  error: 'error',
};

/** Whether an answer with an event of this type ends with one that {@link kindOf} calls its end. */
export function hasEndEvent(type: string): boolean {
  return type.startsWith('response.') || type.startsWith('message_') || type.startsWith('content_block_');
}

/** The kind of an event that has a type: in its name, or in its data. An unknown one is taken for content. */
export function kindOf(type: string): EventKind {
  return Object.hasOwn(KINDS, type) ? (KINDS[type] as EventKind) : 'content';
}

/** Whether a chunk of OpenAI's chat or text completions has any part of the answer in it: everything but the role, and what is empty. */
export function chunkHasContent(choices: readonly unknown[]): boolean {
  return choices.some((choice) => {
    const delta = member(choice, 'delta');
    const parts = typeof delta === 'object' && delta !== null ? Object.entries(delta) : [];
    return (
      parts.some(([name, value]) => name !== 'role' && !isEmpty(value)) ||
      !isEmpty(member(choice, 'text')) ||
      !isEmpty(member(choice, 'finish_reason'))
    );
  });
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
