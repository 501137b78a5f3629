// An ordinary application on the OpenAI SDK: what it prints must not depend on who watches.
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import OpenAI, { APIUserAbortError, AzureOpenAI, toFile } from 'openai';
import * as undici from 'undici';

const baseURL = `${process.env.UPSTREAM_URL}/v1`;
const client = new OpenAI({ apiKey: 'sk-test', baseURL, maxRetries: 0 });
const messages = [{ role: 'user', content: 'hello' }];
const question = { model: 'gpt-test', messages };
const say = (name, value) => console.log(name, inspect(value, { depth: 6, breakLength: 120 }));

async function failure(promise) {
  try {
    await promise;
    return 'no failure';
  } catch (error) {
    const { status, code, type, param, requestID, message } = error;
    return [
      error.constructor.name,
      error instanceof OpenAI.APIError,
      { status, code, type, param, requestID, message },
    ];
  }
}

async function chat() {
  const promise = client.chat.completions.create(question);
  say('promise', [promise.constructor.name, typeof promise.withResponse, typeof promise.asResponse]);
  const answer = await promise;
  say('chat', [answer.choices[0].message.content, answer.usage, answer._request_id]);
  const { data, response, request_id } = await client.chat.completions.create(question).withResponse();
  say('withResponse', [
    data.choices[0].message.content,
    response.status,
    response.headers.get('x-request-id'),
    request_id,
  ]);
  const raw = await client.chat.completions.create(question).asResponse();
  say('asResponse', [
    raw.constructor.name,
    raw.status,
    raw.url.endsWith('/v1/chat/completions'),
    (await raw.json()).id,
  ]);
  const two = await Promise.all([client.chat.completions.create(question), client.chat.completions.create(question)]);
  say(
    'at once',
    two.map(({ id }) => id),
  );
}

async function streaming() {
  const stream = await client.chat.completions.create({ ...question, stream: true });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  say('stream', [stream.constructor.name, text]);

  const [left, right] = (await client.chat.completions.create({ ...question, stream: true })).tee();
  const read = async (half) => {
    let all = '';
    for await (const chunk of half) all += chunk.choices[0]?.delta.content ?? '';
    return all;
  };
  say('tee', await Promise.all([read(left), read(right)]));

  const seen = [];
  const runner = client.chat.completions
    .stream(question)
    .on('content', (delta) => seen.push(delta))
    .on('finalContent', (content) => seen.push(['final', content]));
  const final = await runner.finalChatCompletion();
  say('runner', [seen, final.choices[0].finish_reason]);

  const readable = (await client.chat.completions.create({ ...question, stream: true })).toReadableStream();
  let bytes = 0;
  for await (const part of Readable.fromWeb(readable)) bytes += part.length;
  say('toReadableStream', bytes > 0);

  const cut = await client.chat.completions.create({ ...question, stream: true });
  for await (const chunk of cut) {
    say('first chunk', chunk.choices[0].delta.content);
    break;
  }
  say('cut', cut.controller.signal.aborted);
}

async function parsing() {
  const schema = { type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] };
  const format = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
  const parsed = await client.chat.completions.parse({ ...question, response_format: format });
  say('parse', parsed.choices[0].message.parsed);
  const ran = [];
  const runner = client.chat.completions.runTools({
    ...question,
    tools: [
      {
        type: 'function',
        function: {
          name: 'add',
          description: 'adds',
          parse: JSON.parse,
          parameters: { type: 'object' },
          function: ({ a, b }) => {
            ran.push([a, b]);
            return String(a + b);
          },
        },
      },
    ],
  });
  say('tools', [await runner.finalContent(), ran]);
}

async function others() {
  const { data } = await client.embeddings.create({ model: 'e', input: ['a', 'b'] });
  say(
    'embeddings',
    data.map(({ index, embedding }) => [index, [...embedding].length]),
  );
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  say('models', ids);
  const jobs = [];
  for await (const job of client.fineTuning.jobs.list({ limit: 1 })) jobs.push(job.id);
  say('pages', jobs);
  const page = await client.fineTuning.jobs.list({ limit: 1 });
  say('page', [page.data.length, page.hasNextPage(), (await page.getNextPage()).data[0].id]);
  const file = await client.files.create({ file: await toFile(Buffer.from('{}'), 'a.jsonl'), purpose: 'batch' });
  say('file', file);
  const content = await client.files.content('file-1');
  say('content', [content.constructor.name, await content.text()]);
  say('get', await client.get('/anything', { query: { a: '1' }, headers: { 'x-own': 'yes' } }));
  say('post', await client.post('/anything', { body: { b: 2 } }));
}

async function failing() {
  for (const status of [400, 401, 403, 404, 409, 422, 429]) {
    say(`status ${status}`, await failure(client.get(`/status/${status}`)));
  }
  const controller = new AbortController();
  const hanging = client.get('/hang', { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  say(
    'abort',
    await hanging.catch((error) => [error.constructor.name, error instanceof APIUserAbortError, error.message]),
  );
  say('timeout', await client.get('/hang', { timeout: 100 }).catch((error) => [error.constructor.name, error.message]));
  const nowhere = new OpenAI({ apiKey: 'k', baseURL: 'http://127.0.0.1:1/v1', maxRetries: 0 });
  say('nowhere', await nowhere.models.retrieve('a').catch((error) => [error.constructor.name, error.message]));
}

async function clients() {
  const mine = client.withOptions({ defaultHeaders: { 'x-own': 'mine' } });
  say('withOptions', [mine instanceof OpenAI, (await mine.get('/anything')).headers['x-own']]);
  class Own extends OpenAI {
    async prepareRequest(request, { url }) {
      request.headers.set('x-own', new URL(url).pathname);
    }
  }
  say('subclass', (await new Own({ apiKey: 'k', baseURL }).get('/anything')).headers['x-own']);
  const other = new OpenAI({
    apiKey: 'k',
    baseURL,
    fetch: undici.fetch,
    fetchOptions: { dispatcher: new undici.Agent() },
  });
  say('undici', [(await other.chat.completions.create(question)).id, Object.keys(other).includes('fetch')]);
  const calls = [];
  const wrapped = new OpenAI({
    apiKey: 'k',
    baseURL,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      calls.push([init.method, response.status]);
      return response;
    },
  });
  await wrapped.withOptions({ timeout: 5000 }).models.retrieve('a');
  say('wrapped', calls.at(-1));
  const azure = new AzureOpenAI({ apiKey: 'k', apiVersion: '1', endpoint: process.env.UPSTREAM_URL, deployment: 'd' });
  say('azure', (await azure.chat.completions.create(question)).id);
}

await chat();
await streaming();
await parsing();
await others();
await failing();
await clients();
