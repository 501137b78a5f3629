import { SECRETS } from './secrets.ts';

/** Characters of a message at most. */
export const MAX_TEXT: number = 1_024;

/** Enough that a secret which is looked for whole cannot be cut in the part that is kept. */
const SEARCHED_TIMES = 8;

/**
 * The text without what looks like a secret (connection strings, passwords, API keys, tokens, private keys), and not longer than `max`
 * characters. Recognition is by form, so a secret that looks like a word stays: keep secrets out of messages all the same.
 */
export function redactText(text: string, max: number = MAX_TEXT): string {
  const searched = text.length <= max * SEARCHED_TIMES ? text : withoutLastWord(text.slice(0, max * SEARCHED_TIMES));
  let redacted = searched;
  for (const [pattern, by] of SECRETS) redacted = redacted.replace(pattern, by);
  const cut = redacted.length > max || searched !== text;
  return cut ? `${wellFormed(redacted.slice(0, max - 1))}…` : redacted;
}

/** The cut may have gone through a secret, which then has lost its form. */
function withoutLastWord(text: string): string {
  return text.replace(/\S{1,4096}$/, '');
}

/** Without half a character at the end. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}
