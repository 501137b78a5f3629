import { seedOf } from '@crossbridge/core';
import { type Answer, ok, openAIError } from './answer.ts';

const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool']);
const CHUNK_INTERVAL_MS = 8;

interface Message {
  readonly role: string;
  readonly content?: unknown;
}

/** `POST /v1/chat/completions`: a whole completion, or with `stream: true` its chunks. */
export function answerChat(body: Readonly<Record<string, unknown>>): Answer {
  const { model, messages, stream, stream_options: streamOptions } = body;
  if (typeof model !== 'string' || model === '') {
    return openAIError(400, 'you must provide a model parameter', { param: 'model' });
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    return openAIError(400, "Missing required parameter: 'messages'.", {
      param: 'messages',
      code: 'missing_required_parameter',
    });
  }
  const bad = messages.findIndex((message) => !isMessage(message));
  if (bad !== -1) {
    return openAIError(400, `Invalid value at 'messages[${bad}]': a role and a content are expected.`, {
      param: `messages[${bad}]`,
      code: 'invalid_value',
    });
  }
  if (streamOptions !== undefined && stream !== true) {
    return openAIError(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: 'stream_options',
    });
  }
  return stream === true ? streamed(model, messages, includesUsage(streamOptions)) : ok(completion(model, messages));
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { role, content } = value as Partial<Message>;
  return ROLES.has(role) && (typeof content === 'string' || Array.isArray(content) || role === 'assistant');
}

function includesUsage(streamOptions: unknown): boolean {
  return (
    typeof streamOptions === 'object' &&
    streamOptions !== null &&
    (streamOptions as { include_usage?: unknown }).include_usage === true
  );
}

function textOf(message: Message | undefined): string {
  const content = message?.content;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { readonly text?: unknown }) => (typeof part?.text === 'string' ? part.text : ''))
    .join(' ');
}

function replyTo(messages: readonly Message[]): string {
  const question = textOf(messages.findLast((message) => message.role === 'user'));
  return `You asked about ${question === '' ? 'nothing' : question}. Here is what I know: it depends, and it is worth measuring.`;
}

/** About as many tokens as a tokenizer finds in English text. */
function tokensIn(text: string): number {
  return Math.ceil(text.length / 4);
}

function usageOf(messages: readonly Message[], reply: string): Readonly<Record<string, number>> {
  const prompt = messages.reduce((total, message) => total + 4 + tokensIn(textOf(message)), 0);
  const written = tokensIn(reply);
  return { prompt_tokens: prompt, completion_tokens: written, total_tokens: prompt + written };
}

function head(object: string, model: string, messages: readonly Message[]): Readonly<Record<string, unknown>> {
  const createdAtMs = Date.now();
  const id = seedOf(createdAtMs, ...messages.map(textOf)).toString(36);
  return { id: `chatcmpl-${id}`, object, created: Math.floor(createdAtMs / 1_000), model };
}

function completion(model: string, messages: readonly Message[]): unknown {
  const content = replyTo(messages);
  return {
    ...head('chat.completion', model, messages),
    choices: [
      { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: usageOf(messages, content),
  };
}

function streamed(model: string, messages: readonly Message[], withUsage: boolean): Answer {
  const common = head('chat.completion.chunk', model, messages);
  const reply = replyTo(messages);
  const usage = withUsage ? { usage: null } : {};
  const chunk = (delta: unknown, finishReason: string | null): unknown => ({
    ...common,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...usage,
  });
  const chunks = [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...reply.split(/(?<= )/).map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    ...(withUsage ? [{ ...common, choices: [], usage: usageOf(messages, reply) }] : []),
  ];
  const events = [...chunks.map((value) => JSON.stringify(value)), '[DONE]'];
  return { kind: 'events', events, intervalMs: CHUNK_INTERVAL_MS };
}
