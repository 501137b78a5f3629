import { seededRandom, seedOf } from '@crossbridge/core';
import { pick } from '../random.ts';
import { type Answer, ok } from './answer.ts';

const ADJECTIVES = ['plain', 'sturdy', 'light', 'folding', 'silent', 'spare'] as const;
const NOUNS = ['lamp', 'chair', 'kettle', 'bicycle', 'notebook', 'radio'] as const;

/** The highest article number in the inventory. */
export const LAST_ARTICLE = 500;

/** `GET /search?q=`: a plain JSON API without any SDK. */
export function answerSearch(query: URLSearchParams): Answer {
  const text = query.get('q');
  if (text === null || text === '') return { kind: 'json', status: 400, body: { error: "parameter 'q' is missing" } };
  const random = seededRandom(seedOf('search', text));
  const hits = Array.from({ length: 3 }, () => article(1 + Math.floor(random() * LAST_ARTICLE)));
  return ok({ query: text, hits });
}

/** `GET /inventory/:id`. */
export function answerInventory(id: string): Answer {
  const number = Number(id);
  if (!/^\d{1,6}$/.test(id) || number < 1 || number > LAST_ARTICLE) {
    return { kind: 'json', status: 404, body: { error: `no article '${id}'` } };
  }
  const random = seededRandom(seedOf('inventory', id));
  return ok({ ...article(number), inStock: Math.floor(random() * 40) });
}

function article(id: number): { readonly id: number; readonly name: string } {
  const random = seededRandom(seedOf('article', id));
  return { id, name: `${pick(random, ADJECTIVES)} ${pick(random, NOUNS)}` };
}
