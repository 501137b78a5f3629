// An ordinary application on the Anthropic SDK: what it prints must not depend on who watches.

import { inspect } from 'node:util';
import Anthropic, { APIUserAbortError, toFile } from '@anthropic-ai/sdk';
import * as undici from 'undici';

const baseURL = process.env.UPSTREAM_URL;
const client = new Anthropic({ apiKey: 'sk-test', baseURL, maxRetries: 0 });
const question = { model: 'claude-test', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };
const say = (name, value) => console.log(name, inspect(value, { depth: 6, breakLength: 120 }));

async function failure(promise) {
  try {
    await promise;
    return 'no failure';
  } catch (error) {
    const { status, type, requestID, message } = error;
    return [error.constructor.name, error instanceof Anthropic.APIError, { status, type, requestID, message }];
  }
}

async function messages() {
  const promise = client.messages.create(question);
  say('promise', [promise.constructor.name, typeof promise.withResponse, typeof promise.asResponse]);
  const answer = await promise;
  say('message', [answer.content, answer.stop_reason, answer.usage, answer._request_id]);
  const { data, response, request_id } = await client.messages.create(question).withResponse();
  say('withResponse', [data.content[0].text, response.status, response.headers.get('request-id'), request_id]);
  const raw = await client.messages.create(question).asResponse();
  say('asResponse', [raw.constructor.name, raw.status, (await raw.json()).id]);
  say('count', await client.messages.countTokens({ model: 'm', messages: question.messages }));
}

async function streaming() {
  const kinds = [];
  let text = '';
  for await (const event of await client.messages.create({ ...question, stream: true })) {
    kinds.push(event.type);
    if (event.type === 'content_block_delta') text += event.delta.text;
  }
  say('stream', [text, kinds]);

  const seen = [];
  const stream = client.messages
    .stream(question)
    .on('text', (delta, snapshot) => seen.push([delta, snapshot]))
    .on('message', (message) => seen.push(message.stop_reason))
    .on('end', () => seen.push('end'));
  const final = await stream.finalMessage();
  say('runner', [seen, final.content[0].text, await stream.finalText(), stream.ended]);

  const cut = client.messages.stream(question);
  for await (const event of cut) {
    say('first event', event.type);
    break;
  }
  const again = await client.messages.stream(question).withResponse();
  say('stream withResponse', [again.response.status, (await again.data.finalMessage()).id]);
}

async function tools() {
  const ran = [];
  const runner = client.beta.messages.toolRunner({
    ...question,
    messages: [{ role: 'user', content: 'use a tool' }],
    tools: [
      {
        type: 'custom',
        name: 'add',
        description: 'adds',
        input_schema: { type: 'object' },
        parse: (input) => input,
        run: ({ a, b }) => {
          ran.push([a, b]);
          return String(a + b);
        },
      },
    ],
  });
  const last = await runner;
  say('tools', [last.content[0].text, ran]);
}

async function others() {
  const ids = [];
  for await (const model of client.models.list({ limit: 1 })) ids.push(model.id);
  say('models', ids);
  const page = await client.models.list({ limit: 1 });
  say('page', [page.data.length, page.hasNextPage(), (await page.getNextPage()).data[0].id]);
  const file = await client.beta.files.upload({ file: await toFile(Buffer.from('text'), 'a.txt') });
  say('file', file.id);
  say('get', await client.get('/anything', { query: { a: '1' }, headers: { 'x-own': 'yes' } }));
  say('post', await client.post('/anything', { body: { b: 2 } }));
}

async function failing() {
  for (const status of [400, 401, 402, 403, 404, 409, 413, 422, 429]) {
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
  const nowhere = new Anthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1:1', maxRetries: 0 });
  say('nowhere', await nowhere.models.retrieve('a').catch((error) => [error.constructor.name, error.message]));
}

async function clients() {
  const mine = client.withOptions({ defaultHeaders: { 'x-own': 'mine' } });
  say('withOptions', [mine instanceof Anthropic, (await mine.get('/anything')).headers['x-own']]);
  const other = new Anthropic({ apiKey: 'k', baseURL, fetch: undici.fetch });
  say('undici', [(await other.messages.create(question)).id, Object.keys(other).includes('fetch')]);
  const order = [];
  const middle = new Anthropic({
    apiKey: 'k',
    baseURL,
    middleware: [
      async (request, next) => {
        order.push('before');
        const response = await next(request);
        order.push(['after', response.status]);
        return response;
      },
    ],
  });
  say('middleware', [(await middle.messages.create(question)).id, order]);
}

await messages();
await streaming();
await tools();
await others();
await failing();
await clients();
