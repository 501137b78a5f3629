// Asks models in several ways, says what it was answered, and waits to be told to stop.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const upstream = process.env.UPSTREAM_URL;
const question = { model: 'gpt-test', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };

const openai = new OpenAI({ apiKey: 'sk-test', baseURL: `${upstream}/v1` });
const answers = [(await openai.chat.completions.create(question)).usage.total_tokens];
for await (const { usage } of await openai.chat.completions.create({
  ...question,
  stream: true,
  stream_options: { include_usage: true },
})) {
  if (usage) answers.push(usage.total_tokens);
}
const response = await fetch(`${upstream}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(question) });
answers.push((await response.json()).usage.total_tokens);
const { usage } = await new Anthropic({ apiKey: 'sk-test', baseURL: upstream }).messages.create(question);
answers.push(usage.input_tokens + usage.output_tokens);
console.log(answers.join(' '));
setInterval(() => {}, 1_000);
