// What the two applications beside this one do with the modules that each has imported in its way: one call of each kind.
exports.main = async function main({ OpenAI, Anthropic, undici, ownFetch, status }) {
  const base = process.env.UPSTREAM_URL;
  const question = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
  const openai = (path, options = {}) => new OpenAI({ apiKey: 'k', baseURL: `${base}/${path}/v1`, ...options });
  const anthropic = (path, options = {}) => new Anthropic({ apiKey: 'k', baseURL: `${base}/${path}`, ...options });
  const calls = {
    fetch: async (path) => (await (await fetch(`${base}/${path}`)).json()).ok,
    'undici.fetch': async (path) => (await (await undici.fetch(`${base}/${path}`)).json()).ok,
    'undici.request': async (path) => (await (await undici.request(`${base}/${path}`)).body.json()).ok,
    'undici.Pool': async (path) => {
      const pool = new undici.Pool(base);
      const { body } = await pool.request({ path: `/${path}`, method: 'GET' });
      const { ok } = await body.json();
      await pool.close();
      return ok;
    },
    openai: async (path) => (await openai(path).chat.completions.create(question)).choices[0].message.content,
    'openai with a fetch': async (path) => {
      const { data, response } = await openai(path, { fetch: ownFetch })
        .chat.completions.create(question)
        .withResponse();
      return [data.choices[0].message.content, response.status];
    },
    anthropic: async (path) => (await anthropic(path).messages.create(question)).content[0].text,
    'anthropic with a fetch': async (path) => {
      const { data, response } = await anthropic(path, { fetch: ownFetch }).messages.create(question).withResponse();
      return [data.content[0].text, response.status];
    },
  };
  const report = {};
  for (const [name, call] of Object.entries(calls)) {
    report[name] = await call(encodeURIComponent(name)).catch((error) => `${error.name}: ${error.message}`);
  }
  console.log(JSON.stringify({ node: process.version, report, status: await status() }));
};

/** How the patches are, as `/metrics` tells it. */
exports.status = async function status() {
  const text = await readMetrics();
  const seen = {};
  for (const [, module, state] of text.matchAll(
    /^crossbridge_patch_status\{.*module="([^"]+)",crossbridge_patch_status="([^"]+)".*\} 1$/gm,
  )) {
    seen[module] = state;
  }
  return seen;
};

async function readMetrics() {
  const http = require('node:http');
  for (let tries = 0; tries < 500; tries++) {
    const text = await new Promise((resolve) => {
      const request = http.get(`http://127.0.0.1:${process.env.CROSSBRIDGE_ADMIN_PORT}/metrics`, (response) => {
        let body = '';
        response.on('data', (chunk) => (body += chunk));
        response.on('end', () => resolve(response.statusCode === 200 ? body : undefined));
      });
      request.on('error', () => resolve(undefined));
    });
    if (text !== undefined) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('The admin endpoint does not answer');
}
