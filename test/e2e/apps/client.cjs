// The same ordinary application code as CommonJS.
const OpenAI = require('openai');

const upstream = process.env.UPSTREAM_URL;
const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${upstream}/v1` });
const question = { model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] };

async function main() {
  const report = {};
  const put = await fetch(`${upstream}/plain`, { method: 'PUT', body: 'a body' });
  report.put = [put.status, await put.json()];

  const { data, response } = await client.chat.completions.create(question).withResponse();
  report.withResponse = [data.choices[0].message.content, response.status];

  const parsed = await client.chat.completions.parse({
    ...question,
    response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema: { type: 'object' } } },
  });
  report.parse = parsed.choices[0].message.parsed;

  report.stream = '';
  for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
    report.stream += chunk.choices[0]?.delta.content ?? '';
  }

  console.log(JSON.stringify(report));
}

void main();
