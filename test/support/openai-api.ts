import type { ServerResponse } from 'node:http';
import { json } from './upstream.ts';

/** A chat completion as the OpenAI API answers it. */
function completion(content: string): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-test',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, refusal: null } }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

export function answerCompletion(response: ServerResponse, content: string): void {
  json(response, 200, completion(content), { 'x-request-id': 'req_1' });
}

/** Streams the words as the OpenAI API does, ended by `[DONE]`. */
export function answerStream(response: ServerResponse, words: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [index, content] of words.entries()) {
    const chunk = {
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'gpt-test',
      choices: [
        { index: 0, delta: { role: 'assistant', content }, finish_reason: index === words.length - 1 ? 'stop' : null },
      ],
    };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
  response.end('data: [DONE]\n\n');
}

/** One chunk of a streamed chat completion, as an event. */
export function chatChunk(delta: object, finishReason: string | null = null): string {
  const chunk = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-test',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** The events of a whole streamed chat completion that consists of these words. */
export function wholeChat(...words: readonly string[]): string[] {
  const role = chatChunk({ role: 'assistant', content: '' });
  return [role, ...words.map((content) => chatChunk({ content })), chatChunk({}, 'stop'), 'data: [DONE]\n\n'];
}
