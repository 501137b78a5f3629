import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import OpenAI from 'openai';

const openai = new OpenAI(); // OPENAI_BASE_URL and OPENAI_API_KEY come from the environment
const shopUrl = process.env.SHOP_URL;

const articles = ['a lamp that needs no cable', 'a chair for small kitchens', 'a kettle that keeps silent'];

const routes = {
  '/ask': async (url) => {
    const completion = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: url.searchParams.get('q') }],
    });
    return { answer: completion.choices[0].message.content };
  },

  '/stream': async (url, response) => {
    const stream = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: url.searchParams.get('q') }],
      stream: true,
      stream_options: { include_usage: true },
    });
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    await pipeline(async function* () {
      for await (const chunk of stream) yield chunk.choices[0]?.delta.content ?? '';
    }, response);
  },

  '/similar': async (url) => {
    const input = [url.searchParams.get('q'), ...articles];
    const { data } = await openai.embeddings.create({ model: 'text-embedding-3-small', input });
    const [query, ...candidates] = data.map((item) => item.embedding);
    const scores = candidates.map((vector) => vector.reduce((sum, value, index) => sum + value * query[index], 0));
    return { article: articles[scores.indexOf(Math.max(...scores))] };
  },

  '/search': (url) => getJson(`${shopUrl}/search?q=${encodeURIComponent(url.searchParams.get('q'))}`),

  '/stock': (url) => getJson(`${shopUrl}/inventory/${encodeURIComponent(url.pathname.split('/')[2])}`),
};

async function getJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw Object.assign(new Error(`${url} answered ${response.status}`), { status: response.status });
  return response.json();
}

/** What our own caller is told: to come back later where that helps, else that the upstream failed. */
function statusFor(error) {
  const passed = { 404: 404, 429: 429, 503: 503, rate_limited: 429, circuit_open: 503, bulkhead_full: 503 };
  return passed[error.status ?? error.code] ?? 502;
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const route = routes[`/${url.pathname.split('/')[1]}`];
  try {
    if (!route) return response.writeHead(404).end();
    const result = await route(url, response);
    if (result) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  } catch (error) {
    if (response.headersSent) return response.destroy(); // a stream that broke: the caller must notice
    response.writeHead(statusFor(error), { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: error.message }));
  }
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`service listening on http://127.0.0.1:${server.address().port}`);
});
