/** What differs between databases in how text is quoted and commented. */
export type SqlDialect = 'postgres' | 'mysql';

/** The words and signs of one statement, in upper case, without comments; whatever is quoted is one `''` or `""`. */
export type Tokens = readonly string[];

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /[0-9][0-9A-Za-z_.]*/y;
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * Cuts a text into statements of tokens: just enough to see what kind of statements there are. Empty statements are left out.
 * What is not closed goes on to the end of the text, as the server would complain too.
 */
export function statementsOf(text: string, dialect: SqlDialect): readonly Tokens[] {
  const statements: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    const skipped = skipBlank(text, at, dialect);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const quoted = skipQuoted(text, at, dialect);
    if (quoted > at) {
      statements.at(-1)?.push(text[at] === '"' || text[at] === '`' ? '""' : "''");
      at = quoted;
      continue;
    }
    const token = match(WORD, text, at) ?? match(NUMBER, text, at) ?? (text[at] as string);
    at += token.length;
    if (token === ';') statements.push([]);
    else statements.at(-1)?.push(token.toUpperCase());
  }
  return statements.filter((tokens) => tokens.length > 0);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function skipBlank(text: string, at: number, dialect: SqlDialect): number {
  if (/\s/.test(text[at] as string)) return at + 1;
  if (text.startsWith('--', at) || (dialect === 'mysql' && text[at] === '#')) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end + 1;
  }
  if (!text.startsWith('/*', at)) return at;
  // MySQL and MariaDB execute what stands in such a comment.
  if (dialect === 'mysql' && /^\/\*M?!/.test(text.slice(at, at + 4))) return at;
  return dialect === 'postgres' ? skipNested(text, at) : after(text, '*/', at + 2);
}

function skipNested(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text.startsWith('/*', at)) {
      depth += 1;
      at += 1;
    } else if (text.startsWith('*/', at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function skipQuoted(text: string, at: number, dialect: SqlDialect): number {
  const quote = text[at] as string;
  if (quote === "'" || quote === '"' || (dialect === 'mysql' && quote === '`')) {
    const before = text[at - 1];
    const escapes =
      dialect === 'mysql'
        ? quote !== '`'
        : quote === "'" && (before === 'E' || before === 'e') && !/[\p{L}\p{N}_$]/u.test(text[at - 2] ?? ' ');
    return skipUntilQuote(text, at, quote, escapes);
  }
  if (dialect !== 'postgres' || quote !== '$') return at;
  const tag = match(DOLLAR_TAG, text, at);
  return tag === undefined ? at : after(text, tag, at + tag.length);
}

function skipUntilQuote(text: string, start: number, quote: string, escapes: boolean): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return text.length;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}
