// An ordinary application on fetch and undici: what it prints must not depend on who watches.

import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as undici from 'undici';

const say = (name, value) => console.log(name, inspect(value, { depth: 6, breakLength: 120 }).replaceAll(port, 'PORT'));

/** Answers as sites do; what fails is no part of it. */
const routes = {
  '/json': (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"tea":["green"]}'),
  '/text': (_, response) => response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('käse'),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/old': (_, response) => response.writeHead(302, { location: '/json' }).end(),
  '/moved': (_, response) => response.writeHead(307, { location: '/echo' }).end(),
  '/missing': (_, response) => response.writeHead(404, { 'content-type': 'application/json' }).end('{"no":"such"}'),
  '/cookies': (_, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2; Path=/'] }).end('ok'),
  '/gzip': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('squeezed')),
  '/slow': () => {},
  '/big': (_, response) => response.writeHead(200).end('x'.repeat(300_000)),
  '/etag': ({ headers }, response) =>
    headers['if-none-match'] === '"1"' ? response.writeHead(304).end() : response.setHeader('etag', '"1"').end('new'),
  '/drip': async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    for (const word of ['one ', 'two ', 'three']) {
      response.write(word);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  },
  '/echo': async (request, response) => {
    const chunks = await request.toArray();
    const { method, url, headers } = request;
    const type = headers['content-type']?.replace(/boundary=.*/, 'boundary=…');
    const body = Buffer.concat(chunks)
      .toString()
      .replaceAll(/-{2,}[\w-]*\d{6,}[\w-]*/g, '--…');
    const told = {
      method,
      url,
      type,
      length: headers['content-length'],
      own: headers['x-own'],
      agent: headers['user-agent'],
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...told, body }));
  },
};

let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  const route = routes[new URL(request.url, 'http://site').pathname];
  if (route === undefined) response.writeHead(500).end();
  else void route(request, response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const port = String(server.address().port);
const site = `http://127.0.0.1:${port}`;

async function failure(promise) {
  try {
    await promise;
    return 'no failure';
  } catch (error) {
    const { name, message, code, cause } = error;
    return [error.constructor.name, error instanceof TypeError, { name, message, code, cause: cause?.code }];
  }
}

async function answers(fetch, kind) {
  const json = await fetch(`${site}/json`);
  say(`${kind} json`, [
    json.constructor.name,
    json.ok,
    json.status,
    json.statusText,
    json.type,
    json.redirected,
    json.url,
  ]);
  say(`${kind} body`, [json.bodyUsed, await json.json(), json.bodyUsed]);
  say(`${kind} text`, await (await fetch(new URL('/text', site))).text());
  say(`${kind} buffer`, Buffer.from(await (await fetch(`${site}/text`)).arrayBuffer()).toString('latin1'));
  say(`${kind} blob`, await (await fetch(`${site}/text`)).blob().then(({ size, type }) => ({ size, type })));
  const empty = await fetch(`${site}/empty`);
  say(`${kind} empty`, [empty.status, empty.body, await empty.text()]);
  const moved = await fetch(`${site}/old`);
  say(`${kind} redirected`, [moved.status, moved.redirected, moved.url]);
  await moved.body.cancel();
  const manual = await fetch(`${site}/old`, { redirect: 'manual' });
  say(`${kind} manual`, [manual.status, manual.headers.get('location'), manual.type]);
  say(`${kind} refused`, await failure(fetch(`${site}/old`, { redirect: 'error' })));
  const kept = await fetch(`${site}/moved`, { method: 'POST', body: 'again' });
  say(`${kind} kept`, [kept.redirected, await kept.json()]);
  const missing = await fetch(`${site}/missing`);
  say(`${kind} missing`, [missing.ok, missing.status, await missing.json()]);
  const cookies = await fetch(`${site}/cookies`);
  say(`${kind} cookies`, [cookies.headers.getSetCookie(), [...cookies.headers.keys()].includes('date')]);
  say(`${kind} gzip`, await (await fetch(`${site}/gzip`)).text());
  say(`${kind} big`, (await (await fetch(`${site}/big`)).bytes()).byteLength);
  const tagged = await fetch(`${site}/etag`);
  const tag = tagged.headers.get('etag');
  say(`${kind} etag`, [
    await tagged.text(),
    (await fetch(`${site}/etag`, { headers: { 'if-none-match': tag } })).status,
  ]);
  const head = await fetch(`${site}/text`, { method: 'HEAD' });
  say(`${kind} head`, [head.status, head.headers.get('content-type'), await head.text()]);
}

async function questions(fetch, { Request, Headers, FormData }, kind) {
  const echo = async (...args) => (await fetch(...args)).json();
  const url = `${site}/echo`;
  const headers = { 'x-own': 'yes', 'user-agent': 'site/1' };
  say(`${kind} post`, await echo(url, { method: 'POST', body: 'text', headers }));
  say(`${kind} lower case`, await echo(url, { method: 'put', body: 'text', headers: new Headers(headers) }));
  say(`${kind} entries`, await echo(url, { headers: Object.entries(headers) }));
  say(`${kind} search`, await echo(url, { method: 'POST', body: new URLSearchParams({ a: '1 2' }), headers }));
  say(`${kind} bytes`, await echo(url, { method: 'POST', body: Buffer.from('bytes'), headers }));
  say(`${kind} blob sent`, await echo(url, { method: 'POST', body: new Blob(['blob'], { type: 'text/x' }), headers }));
  const form = new FormData();
  form.append('name', 'value');
  form.append('file', new Blob(['content']), 'file.txt');
  say(`${kind} form`, (await echo(url, { method: 'POST', body: form, headers })).type);
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('stre'));
      controller.enqueue(Buffer.from('am'));
      controller.close();
    },
  });
  say(`${kind} stream sent`, await echo(url, { method: 'POST', body: stream, duplex: 'half', headers }));
  const generated = (async function* () {
    yield Buffer.from('gene');
    yield Buffer.from('rated');
  })();
  say(`${kind} iterated`, await echo(url, { method: 'POST', body: generated, duplex: 'half', headers }));
  const request = new Request(url, { method: 'POST', body: 'request', headers });
  const copy = request.clone();
  say(`${kind} request`, [await echo(request), request.bodyUsed, copy.bodyUsed]);
  say(`${kind} used`, await failure(fetch(request)));
  say(`${kind} changed`, await echo(copy, { method: 'PATCH' }));
}

async function streams(fetch, kind) {
  const pieces = [];
  for await (const piece of (await fetch(`${site}/drip`)).body) pieces.push(Buffer.from(piece).toString());
  say(`${kind} dripped`, pieces.join(''));
  const reader = (await fetch(`${site}/drip`)).body.pipeThrough(new TextDecoderStream()).getReader();
  say(`${kind} reader`, [typeof (await reader.read()).value, await reader.cancel()]);
  const answer = await fetch(`${site}/drip`);
  const clone = answer.clone();
  say(`${kind} clones`, [await answer.text(), await clone.text()]);
  const [left, right] = (await fetch(`${site}/drip`)).body.tee();
  say(`${kind} tee`, [await new Response(left).text(), await new Response(right).text()]);
  const twice = await fetch(`${site}/text`);
  await twice.text();
  say(`${kind} twice`, await failure(twice.text()));
}

async function failures(fetch, kind) {
  const controller = new AbortController();
  const slow = failure(fetch(`${site}/slow`, { signal: controller.signal }));
  controller.abort();
  say(`${kind} aborted`, await slow);
  say(`${kind} before`, await failure(fetch(`${site}/json`, { signal: AbortSignal.abort(new Error('no')) })));
  say(`${kind} timeout`, await failure(fetch(`${site}/slow`, { signal: AbortSignal.timeout(30) })));
  say(`${kind} no address`, await failure(fetch('not an address')));
  say(`${kind} no protocol`, await failure(fetch('gopher://127.0.0.1/')));
  say(`${kind} body of GET`, await failure(fetch(`${site}/echo`, { body: 'text' })));
  say(`${kind} no header`, await failure(fetch(`${site}/echo`, { headers: { 'bad name': '1' } })));
  say(`${kind} data`, await (await fetch('data:text/plain,hello')).text());
}

async function requests() {
  const { statusCode, headers, trailers, body, opaque } = await undici.request(`${site}/json`, { opaque: 'mine' });
  say('request', [
    statusCode,
    headers['content-type'],
    trailers,
    opaque,
    body.bodyUsed,
    await body.json(),
    body.bodyUsed,
  ]);
  say('request text', await (await undici.request(new URL('/text', site))).body.text());
  const parts = { protocol: 'http:', hostname: '127.0.0.1', port, pathname: '/echo', search: '?a=1' };
  const sent = { method: 'POST', body: 'text', headers: ['x-own', 'list'] };
  say('request parts', await (await undici.request(parts, sent)).body.json());
  say('request query', await (await undici.request(`${site}/echo`, { query: { q: 'tea' } })).body.json());
  say('request put', await (await undici.request(`${site}/echo`, { body: Readable.from(['put']) })).body.json());
  const chunks = [];
  for await (const chunk of (await undici.request(`${site}/drip`)).body) chunks.push(chunk);
  say('request stream', Buffer.concat(chunks).toString());
  const missing = await undici.request(`${site}/missing`);
  say('request missing', [missing.statusCode, await missing.body.json()]);
  const raw = await undici.request(`${site}/text`, { responseHeaders: 'raw' });
  say('request raw', [Array.isArray(raw.headers), await raw.body.text()]);
  const controller = new AbortController();
  const aborted = failure(undici.request(`${site}/slow`, { signal: controller.signal }));
  controller.abort();
  say('request aborted', await aborted);
  say('request timeout', await failure(undici.request(`${site}/slow`, { headersTimeout: 1, bodyTimeout: 1 })));
  say('request invalid', await failure((async () => undici.request(`${site}/json`, { method: 'BAD METHOD' }))()));
}

async function dispatchers() {
  const pool = new undici.Pool(site, { connections: 2 });
  const connected = once(pool, 'connect');
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((name) => pool.request({ path: `/echo?${name}`, method: 'GET' })),
  );
  say('pool', await Promise.all(answers.map(async ({ body }) => (await body.json()).url)));
  say('pool connect', (await connected)[0].origin);
  await new Promise((resolve) => {
    pool.request({ path: '/text', method: 'GET', opaque: 7 }, async (error, { opaque, body }) => {
      say('pool callback', [error, opaque, await body.text()]);
      resolve();
    });
  });
  await pool.close();
  say('pool closed', [pool.closed, await failure(pool.request({ path: '/', method: 'GET' }))]);
  const agent = new undici.Agent({ pipelining: 1 }).compose(undici.interceptors.redirect({ maxRedirections: 2 }));
  const moved = await undici.request(`${site}/old`, { dispatcher: agent });
  say('agent redirect', [moved.statusCode, await moved.body.json()]);
  const fetched = await undici.fetch(`${site}/text`, { dispatcher: agent });
  say('agent fetch', [fetched.status, await fetched.text()]);
  await agent.close();
  const collected = [];
  await undici.stream(`${site}/drip`, { opaque: collected }, ({ statusCode, opaque }) => {
    opaque.push(statusCode);
    return new Writable({
      write(chunk, _, done) {
        opaque.push(String(chunk));
        done();
      },
    });
  });
  say('stream', [collected[0], collected.slice(1).join('')]);
  const mock = new undici.MockAgent();
  mock.disableNetConnect();
  mock.get('http://mocked.test').intercept({ path: '/x' }).reply(200, { mocked: true }).times(2);
  say('mock request', await (await undici.request('http://mocked.test/x', { dispatcher: mock })).body.json());
  say('mock fetch', await (await undici.fetch('http://mocked.test/x', { dispatcher: mock })).json());
  say('mock refused', (await failure(undici.request(`${site}/json`, { dispatcher: mock })))[2].name);
  await mock.close();
}

say('shape', [fetch.name, fetch.length, undici.fetch.name, undici.request.name, undici.request.length]);
for (const [kind, own, classes] of [
  ['global', fetch, globalThis],
  ['undici', undici.fetch, undici],
]) {
  await answers(own, kind);
  await questions(own, classes, kind);
  await streams(own, kind);
  await failures(own, kind);
}
await requests();
await dispatchers();
say('requests that arrived', asked);
server.closeAllConnections();
server.close();
await undici.getGlobalDispatcher().close();
