import { describe, expect, it } from 'vitest';
import { answerMessage } from '../support/anthropic-api.ts';
import { type App, startApp } from '../support/app.ts';
import { sse, streamsInTurn } from '../support/event-stream.ts';
import { answerCompletion, chatChunk } from '../support/openai-api.ts';
import { type Answer, json, startUpstream } from '../support/upstream.ts';

const config = (telemetry: string): string => `
runtime:
  telemetry: ${telemetry}
  operations:
    ai_generate: { retry: { max_attempts: 3, base_delay: 1ms, max_delay: 5ms } }
  upstreams:
    - match: { host: 127.0.0.1 }
      operation: ai_generate
`;

const stream = streamsInTurn([
  chatChunk({ content: 'one' }),
  chatChunk({}, 'stop'),
  sse({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 } }),
  'data: [DONE]\n\n',
]);

/** Every request is refused once, with a usage that nobody pays for, before it is answered. */
const service: Answer = (response, request, index) => {
  if (index % 2 === 0) json(response, 503, { error: { message: 'busy' }, usage: { prompt_tokens: 1_000 } });
  else if (request.path === '/v1/messages') answerMessage(response, 'hi');
  else if (request.body.includes('"stream":true')) stream(response, request, 0);
  else answerCompletion(response, 'hi');
};

/** Each series of the two metrics that has counted, with its sum and its count. */
async function measured(telemetry: string): Promise<{ readonly answers: string; readonly series: string[] }> {
  await using upstream = await startUpstream(service);
  await using app: App = await startApp({
    app: 'ai/metered.mjs',
    config: config(telemetry),
    env: { UPSTREAM_URL: upstream.url },
  });
  await expect.poll(() => app.stdout, { timeout: 30_000 }).toContain('\n');
  expect(app.stderr).toBe('');
  const text = await (await app.admin('/metrics')).text();
  const series = [...text.matchAll(/^gen_ai_client_(\w+_(?:sum|count))\{(.*)\} (\S+)$/gm)]
    .filter(([, name]) => name !== 'operation_duration_seconds_sum')
    .map(([, name, labels = '', value]) => `${name} ${labelsOf(labels)} ${value}`);
  return { answers: app.stdout.trim(), series: series.sort() };
}

function labelsOf(text: string): string {
  const labels = new Map([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  const wanted = ['provider_name', 'response_model', 'token_type'].map((name) => labels.get(`gen_ai_${name}`));
  return wanted.filter((value) => value !== undefined).join(' ');
}

describe('the agent measures the calls of models of an application that knows nothing of it', () => {
  it('by provider, model and tokens, streamed or not, each call once', async () => {
    const { answers, series } = await measured('{}');
    expect(answers).toBe('2 12 2 15');
    expect(series).toEqual([
      'operation_duration_seconds_count _OTHER gpt-test 1',
      'operation_duration_seconds_count anthropic claude-test 1',
      'operation_duration_seconds_count openai gpt-test 2',
      'token_usage_count _OTHER gpt-test input 1',
      'token_usage_count _OTHER gpt-test output 1',
      'token_usage_count anthropic claude-test input 1',
      'token_usage_count anthropic claude-test output 1',
      'token_usage_count openai gpt-test input 2',
      'token_usage_count openai gpt-test output 2',
      'token_usage_sum _OTHER gpt-test input 1',
      'token_usage_sum _OTHER gpt-test output 1',
      'token_usage_sum anthropic claude-test input 10',
      'token_usage_sum anthropic claude-test output 5',
      'token_usage_sum openai gpt-test input 8',
      'token_usage_sum openai gpt-test output 6',
    ]);
  });

  it('unless it is told to leave that to another instrumentation', async () => {
    expect(await measured('{ gen_ai: false }')).toEqual({ answers: '2 12 2 15', series: [] });
  });
});
