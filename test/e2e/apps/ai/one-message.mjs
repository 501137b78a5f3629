import Anthropic from '@anthropic-ai/sdk';
import * as undici from 'undici';

const question = { model: 'claude-test', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };
const options = { apiKey: 'sk-test', baseURL: process.env.UPSTREAM_URL };
await new Anthropic(options).messages.create(question);
await new Anthropic({ ...options, fetch: undici.fetch }).messages.create(question);
