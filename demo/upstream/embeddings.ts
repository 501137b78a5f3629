import { seededRandom, seedOf } from '@crossbridge/core';
import { type Answer, ok, openAIError } from './answer.ts';

const DEFAULT_DIMENSIONS = 1_536;
const MAX_INPUTS = 2_048;

/** `POST /v1/embeddings`, as floats or as base64 of little-endian 32-bit floats (what the `openai` SDK asks for by default). */
export function answerEmbeddings(body: Readonly<Record<string, unknown>>): Answer {
  const { model, input, encoding_format: encoding = 'float', dimensions = DEFAULT_DIMENSIONS } = body;
  if (typeof model !== 'string' || model === '') {
    return openAIError(400, 'you must provide a model parameter', { param: 'model' });
  }
  const texts = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > MAX_INPUTS || !texts.every(isText)) {
    return openAIError(400, "'$.input' is invalid: a non-empty string, or an array of them, is expected.", {
      param: 'input',
    });
  }
  if (encoding !== 'float' && encoding !== 'base64') {
    return openAIError(400, "'encoding_format' must be 'float' or 'base64'.", { param: 'encoding_format' });
  }
  if (
    typeof dimensions !== 'number' ||
    !Number.isInteger(dimensions) ||
    dimensions < 1 ||
    dimensions > DEFAULT_DIMENSIONS
  ) {
    return openAIError(400, `'dimensions' must be a whole number from 1 to ${DEFAULT_DIMENSIONS}.`, {
      param: 'dimensions',
    });
  }
  const tokens = texts.reduce((total: number, text: string) => total + Math.ceil(text.length / 4), 0);
  return ok({
    object: 'list',
    data: texts.map((text: string, index: number) => ({
      object: 'embedding',
      index,
      embedding: encoded(embed(text, dimensions), encoding),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The unit-length sum of one fixed random vector per word, so that texts that share words lie near each other. */
function embed(text: string, dimensions: number): Float32Array {
  const sum = new Float64Array(dimensions);
  for (const word of text.toLowerCase().split(/\W+/)) {
    const random = seededRandom(seedOf('word', word));
    for (let index = 0; index < dimensions; index += 1) sum[index] = (sum[index] ?? 0) + random() - 0.5;
  }
  const length = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / length);
}

function encoded(vector: Float32Array, encoding: 'float' | 'base64'): string | readonly number[] {
  if (encoding === 'float') return [...vector];
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  vector.forEach((value, index) => {
    bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT);
  });
  return bytes.toString('base64');
}
