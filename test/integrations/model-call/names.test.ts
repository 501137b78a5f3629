import { expect, it } from 'vitest';
import { modelTask } from '../../../packages/integrations/src/model-call/model-task.ts';
import { aiSdkProvider, providerOf } from '../../../packages/integrations/src/model-call/provider-name.ts';

function provider(url: string, headers: Record<string, string> = {}): string {
  return providerOf({ url: new URL(url), headers: new Headers(headers) });
}

it('takes the provider from the host, else from what the SDK shows', () => {
  expect(provider('https://api.openai.com/v1/chat/completions')).toBe('openai');
  expect(provider('https://mine.openai.azure.com/openai/deployments/a/chat/completions')).toBe('azure.ai.openai');
  expect(provider('https://api.anthropic.com/v1/messages')).toBe('anthropic');
  expect(provider('https://europe-west1-aiplatform.googleapis.com/v1/x:rawPredict')).toBe('gcp.vertex_ai');
  expect(provider('https://bedrock-runtime.eu-west-1.amazonaws.com/model/a/converse')).toBe('aws.bedrock');
  expect(provider('https://api.x.ai/v1/chat/completions')).toBe('x_ai');
  expect(provider('https://notx.ai/v1/chat/completions')).toBe('_OTHER');
  const sdk = { 'user-agent': 'OpenAI/JS 7.0.0' };
  expect(provider('https://api.groq.com/openai/v1/chat/completions', sdk)).toBe('groq');
  expect(provider('http://localhost:4000/v1/chat/completions', sdk)).toBe('openai');
  expect(provider('http://localhost:4000/v1/messages', { 'anthropic-version': '2023-06-01' })).toBe('anthropic');
});

it('takes the provider of a model of the AI SDK from its name', () => {
  const names = ['openai.chat', 'azure.responses', 'google.vertex.chat', 'google.generative-ai', 'xai.chat', 'openaix'];
  expect(names.map(aiSdkProvider)).toEqual([
    'openai',
    'azure.ai.openai',
    'gcp.vertex_ai',
    'gcp.gemini',
    'x_ai',
    '_OTHER',
  ]);
});

it('knows what a request asks a model for', () => {
  const task = (path: string, method = 'POST') => modelTask({ method, url: new URL(`https://a.test${path}`) });
  expect(task('/v1/chat/completions')).toBe('chat');
  expect(task('/v1/messages')).toBe('chat');
  expect(task('/v1/responses/')).toBe('chat');
  expect(task('/v1/completions')).toBe('text_completion');
  expect(task('/v1/embeddings')).toBe('embeddings');
  expect(task('/v1beta/models/gemini:streamGenerateContent')).toBe('generate_content');
  expect(task('/v1beta/models/e:batchEmbedContents')).toBe('embeddings');
  expect([task('/v1/messages/count_tokens'), task('/v1/models'), task('/v1/responses', 'GET')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
