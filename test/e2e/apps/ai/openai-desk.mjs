// A help desk on the OpenAI SDK, with its own transports, limits of time and files: what it prints must not depend on who watches.
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { inspect } from 'node:util';
import OpenAI from 'openai';

const baseURL = `${process.env.UPSTREAM_URL}/v1`;
const messages = [{ role: 'user', content: 'hello' }];
const question = { model: 'gpt-test', messages };
const say = (name, value) => console.log(name, inspect(value, { depth: 6, breakLength: 120 }));
const told = (error) => [error.constructor.name, error.status, error.message];

/** A transport over a keep-alive agent, as people write one to get through a proxy. */
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
const sent = [];
async function transport(url, { method = 'GET', headers, body, signal }) {
  sent.push(`${method} ${new URL(url).pathname}`);
  // Forms and texts become bytes, and say of which kind.
  const whole = new Response(body ?? null);
  const bytes = Buffer.from(await whole.arrayBuffer());
  const all = new Headers(headers);
  const type = whole.headers.get('content-type');
  if (type !== null && !all.has('content-type')) all.set('content-type', type);
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent, signal, headers: Object.fromEntries(all) }, (answer) => {
      const stream = new ReadableStream({
        start(controller) {
          answer.on('data', (chunk) => controller.enqueue(new Uint8Array(chunk)));
          answer.on('end', () => controller.close());
          answer.on('error', (error) => controller.error(error));
        },
        cancel: () => answer.destroy(),
      });
      const empty = answer.statusCode === 204 || answer.statusCode === 304;
      resolve(new Response(empty ? null : stream, { status: answer.statusCode, headers: answer.headers }));
    });
    request.on('error', reject);
    request.end(bytes);
  });
}

const client = new OpenAI({ apiKey: 'sk-test', baseURL, maxRetries: 0, fetch: transport });

{
  const answers = await Promise.all(Array.from({ length: 8 }, () => client.chat.completions.create(question)));
  say('together', [new Set(answers.map(({ choices }) => choices[0].message.content)), sent.length >= 8]);
}
{
  const stream = await client.chat.completions.create({ ...question, stream: true });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  const { data, response } = await client.chat.completions.create({ ...question, stream: true }).withResponse();
  let chunks = 0;
  for await (const _ of data) chunks += 1;
  say('streams', [text, response.headers.get('content-type'), chunks > 1]);
}
{
  const request = new AsyncLocalStorage();
  const kept = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      request.run(n, async () => {
        await client.chat.completions.create(question);
        const stream = await client.chat.completions.create({ ...question, stream: true });
        for await (const _ of stream) if (request.getStore() !== n) return false;
        return request.getStore() === n;
      }),
    ),
  );
  say('requests', kept.every(Boolean));
}
{
  const signal = AbortSignal.timeout(60);
  say('given up', told(await client.get('/hang', { signal }).catch((error) => error)));
  say('too slow', told(await client.get('/hang', { timeout: 60 }).catch((error) => error)));
  const before = AbortSignal.abort();
  say('never asked', told(await client.get('/anything', { signal: before }).catch((error) => error)));
}
{
  const seen = [];
  const logged = client.withOptions({
    logLevel: 'debug',
    logger: {
      debug: (text) => seen.push(text.replace(/\[log_\w+[^\]]*\] ?/, '').split(' ')[0]),
      info: () => {},
      warn: () => {},
      error: () => {},
    },
  });
  await logged.models.retrieve('a');
  say('logged', [seen.length > 0]);
}
{
  const form = await client.files.create({ file: new File(['{"a":1}\n'], 'b.jsonl'), purpose: 'batch' });
  const both = await Promise.allSettled([client.get('/status/404'), client.get('/status/401')]);
  say('files', [form.id, both.map(({ reason }) => told(reason))]);
}
{
  // Put into the client once it is there: it is theirs, and works.
  const calls = [];
  const own = new OpenAI({ apiKey: 'sk-test', baseURL });
  own.fetch = async (url, init) => {
    calls.push(init.method);
    return transport(url, init);
  };
  say('replaced', [(await own.chat.completions.create(question)).choices[0].message.role, calls]);
  say('members', Object.keys(own).includes('fetch'));
}
agent.destroy();
