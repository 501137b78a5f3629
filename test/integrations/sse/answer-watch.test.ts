import { describe, expect, it } from 'vitest';
import { AnswerWatch } from '../../../packages/integrations/src/sse/answer-watch.ts';

/** Feeds events: the data, or a name and the data. */
function watch(...events: (object | string | [string, object])[]): {
  readonly kinds: string[];
  readonly answer: AnswerWatch;
} {
  const answer = new AnswerWatch();
  const kinds = events.map((event) => {
    const [name, data] = Array.isArray(event) ? event : ['', event];
    return answer.see({ name, data: typeof data === 'string' ? data : JSON.stringify(data), whole: true });
  });
  return { kinds, answer };
}

function chunk(delta: object, finish: string | null = null, index = 0): object {
  return { object: 'chat.completion.chunk', choices: [{ index, delta, finish_reason: finish }], usage: null };
}

function typed(type: string, rest: object = {}): [string, object] {
  return [type, { type, ...rest }];
}

describe('the watch over an answer of chat completions', () => {
  it('takes the role, empty texts and prompt filters for no content yet', () => {
    const { kinds } = watch(
      { choices: [], prompt_filter_results: [] },
      chunk({ role: 'assistant', content: '', refusal: null, tool_calls: [] }),
      chunk({ content: 'hi' }),
    );
    expect(kinds).toEqual(['preamble', 'preamble', 'content']);
  });

  it.each([
    { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'f', arguments: '' } }] },
    { reasoning_content: 'let me think' },
    { refusal: 'no' },
    { audio: { data: 'AAAA' } },
  ])('takes %j for content', (delta) => {
    expect(watch(chunk(delta)).kinds).toEqual(['content']);
  });

  it('takes the text of plain completions for content', () => {
    expect(watch({ object: 'text_completion', choices: [{ index: 0, text: 'a', finish_reason: null }] }).kinds).toEqual(
      ['content'],
    );
  });

  it('lets it end after [DONE], or when every choice has its reason to finish', () => {
    expect(watch(chunk({ content: 'a' })).answer.mayEnd).toBe(false);
    expect(watch(chunk({ content: 'a' }), '[DONE]').answer.mayEnd).toBe(true);
    expect(watch(chunk({ content: 'a' }), chunk({}, 'stop')).answer.mayEnd).toBe(true);
    const two = [chunk({ content: 'a' }), chunk({ content: 'b' }, null, 1), chunk({}, 'stop')];
    expect(watch(...two).answer.mayEnd).toBe(false);
    expect(watch(...two, chunk({}, 'length', 1)).answer.mayEnd).toBe(true);
  });

  it('reads the usage in the last chunk', () => {
    const usage = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
    const { answer } = watch(chunk({ content: 'a' }), chunk({}, 'stop'), { choices: [], usage }, '[DONE]');
    expect(answer.usage).toEqual({ input: 7, output: 5 });
  });

  it.each([
    [{ error: { message: 'busy', type: 'server_error', code: null } }, { type: 'server_error', code: undefined }],
    [{ error: { message: 'bad gateway', code: 502 } }, { status: 502, code: undefined }],
    [{ error: 'overloaded' }, { message: 'overloaded' }],
    [
      { error: { message: 'pay', type: 'insufficient_quota', code: 'insufficient_quota' } },
      { code: 'insufficient_quota' },
    ],
  ])('reads the error in %j', (data, error) => {
    const { kinds, answer } = watch(data);
    expect(kinds).toEqual(['error']);
    expect(answer.error).toMatchObject(error);
    expect([answer.begun, answer.mayEnd]).toEqual([false, true]);
  });

  it('sees an error after content too, and none in a text that speaks of one', () => {
    const text = chunk({ content: 'say "error": {"message": "x"} and "finish_reason":"stop"' });
    expect(watch(chunk({ content: 'a' }), text).kinds).toEqual(['content', 'content']);
    expect(watch(chunk({ content: 'a' }), text).answer.mayEnd).toBe(false);
    expect(watch(chunk({ content: 'a' }), { error: { message: 'x' } }).kinds).toEqual(['content', 'error']);
  });
});

describe('the watch over an answer of Anthropic', () => {
  const start = typed('message_start', {
    message: {
      usage: { input_tokens: 9, cache_creation_input_tokens: 3, cache_read_input_tokens: 1000, output_tokens: 1 },
    },
  });
  const block = typed('content_block_start', { content_block: { type: 'text', text: '' } });
  const delta = typed('content_block_delta', { delta: { type: 'text_delta', text: 'hi' } });

  it('takes pings for signs of life and begins with the first delta', () => {
    expect(watch(start, typed('ping'), block, delta).kinds).toEqual(['preamble', 'keep_alive', 'preamble', 'content']);
  });

  it('takes the arguments of a tool for content', () => {
    const json = typed('content_block_delta', { delta: { type: 'input_json_delta', partial_json: '{' } });
    expect(watch(start, json).kinds).toEqual(['preamble', 'content']);
  });

  it('lets it end after message_stop only, and reads the usage that counts', () => {
    const end = typed('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 42 } });
    expect(watch(start, block, delta, end).answer.mayEnd).toBe(false);
    const { answer } = watch(start, block, delta, end, typed('message_stop'));
    expect([answer.mayEnd, answer.usage]).toEqual([true, { input: 12, output: 42, cached: 1000 }]);
  });

  it('reads its errors', () => {
    const { kinds, answer } = watch(
      start,
      typed('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
    );
    expect(kinds).toEqual(['preamble', 'error']);
    expect(answer.error).toMatchObject({ type: 'overloaded_error' });
  });

  it('knows the events by their data where a proxy has lost their names', () => {
    const nameless = [start, block, delta, typed('message_stop')].map(([, data]) => data);
    expect(watch(...nameless).kinds).toEqual(['preamble', 'preamble', 'content', 'end']);
  });
});

describe('the watch over an answer of the Responses API', () => {
  const created = typed('response.created', { response: { usage: null, error: null } });
  const delta = typed('response.output_text.delta', { delta: 'hi' });

  it('begins with the first delta and ends when the response is completed or incomplete', () => {
    const item = typed('response.output_item.added');
    expect(watch(created, item, typed('keepalive'), delta).kinds).toEqual([
      'preamble',
      'preamble',
      'keep_alive',
      'content',
    ]);
    expect(watch(created, delta).answer.mayEnd).toBe(false);
    const usage = { input_tokens: 3, output_tokens: 4 };
    const { answer } = watch(created, delta, typed('response.completed', { response: { usage } }));
    expect([answer.mayEnd, answer.usage]).toEqual([true, { input: 3, output: 4 }]);
    expect(watch(created, delta, typed('response.incomplete', { response: {} })).answer.mayEnd).toBe(true);
  });

  it('reads both ways in which it fails', () => {
    const failed = typed('response.failed', { response: { error: { code: 'server_error', message: 'x' } } });
    expect(watch(created, failed).answer.error).toMatchObject({ code: 'server_error' });
    const bare = typed('error', { code: 'rate_limit_exceeded', message: 'slow' });
    expect(watch(bare).answer.error).toMatchObject({ code: 'rate_limit_exceeded' });
  });

  it('knows the end by its name even where the event is too big to be read', () => {
    const answer = new AnswerWatch();
    answer.see({ name: 'response.output_text.delta', data: '{"delta":"a"}', whole: true });
    expect(answer.see({ name: 'response.completed', data: '{"type":"resp', whole: false })).toBe('end');
  });
});

describe('the watch over an answer of another kind', () => {
  it('knows that it has begun and lets it end anywhere', () => {
    const { kinds, answer } = watch({ candidates: [] });
    expect([kinds, answer.mayEnd]).toEqual([['content'], true]);
    expect(watch('no json').answer.mayEnd).toBe(true);
  });

  it('does not let one end that has not begun', () => {
    expect(watch().answer.mayEnd).toBe(false);
  });
});
