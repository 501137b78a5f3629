/** One condition on a label. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  /** As written, escapes included. */
  readonly value: string;
}

/** The series that a query asks for. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

const GROUPING: ReadonlySet<string> = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS: ReadonlySet<string> = new Set([
  ...['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan', 'start', 'end'],
  ...['sum', 'min', 'max', 'avg', 'group', 'stddev', 'stdvar', 'count', 'count_values', 'bottomk', 'topk', 'quantile'],
]);
const TOKEN =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\[[^\]]*\]|\d[\w.]*|([a-zA-Z_:][\w:]*)|\{((?:[^}"]|"(?:[^"\\]|\\.)*")*)\}/g;
const MATCHER = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;

/**
 * The selectors of a query, in the order in which they stand. It reads what Prometheus accepts, is no check of it, and asks for
 * matchers in double quotes, as ours are.
 */
export function selectorsOf(query: string): Selector[] {
  const found: { metric: string; matchers: Matcher[] }[] = [];
  // Braces right behind a name belong to it.
  let nameEnd = -1;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(query); token !== null; token = TOKEN.exec(query)) {
    const [text, word, braces] = token;
    if (braces !== undefined) {
      const last = found.at(-1);
      const selector =
        last !== undefined && query.slice(nameEnd, token.index).trim() === '' && nameEnd >= 0
          ? last
          : { metric: '', matchers: [] };
      if (selector !== last) found.push(selector);
      selector.matchers.push(...matchersOf(braces));
      nameEnd = -1;
    } else if (word !== undefined) {
      const isCall = /^\s*\(/.test(query.slice(TOKEN.lastIndex));
      if (GROUPING.has(word) && isCall) TOKEN.lastIndex = query.indexOf(')', TOKEN.lastIndex) + 1;
      else if (!isCall && !WORDS.has(word.toLowerCase()) && !GROUPING.has(word)) {
        found.push({ metric: text, matchers: [] });
        nameEnd = TOKEN.lastIndex;
      }
    }
  }
  return found;
}

function matchersOf(braces: string): Matcher[] {
  return [...braces.matchAll(MATCHER)].map(([, label = '', operator, value = '']) => ({
    label,
    operator: operator as Matcher['operator'],
    value,
  }));
}

/** A selector as a query. */
export function selectorText({ metric, matchers }: Selector): string {
  const inner = matchers.map(({ label, operator, value }) => `${label}${operator}"${value}"`);
  return inner.length === 0 && metric !== '' ? metric : `${metric}{${inner.join(', ')}}`;
}
