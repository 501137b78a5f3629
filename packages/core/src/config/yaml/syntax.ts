import { type Document, Lexer, parseDocument } from 'yaml';
import { type LineColumn, lineIndex } from './lines.ts';

/** The parser takes seconds for a few thousand brackets that nobody closes. */
const DEEPEST_BRACKETS = 100;

/** Something the YAML parser objects to. */
export interface SyntaxFault {
  readonly offset: number;
  readonly message: string;
}

export interface ParsedYaml {
  readonly document: Document.Parsed;
  readonly faults: readonly SyntaxFault[];
  position(offset: number): LineColumn;
}

/** Parses YAML 1.2. Merge keys, and keys that stand twice, are left to whoever reads the map. */
export function parseYaml(text: string): ParsedYaml {
  const position = lineIndex(text);
  const tooDeep = tooDeepBracket(text);
  if (tooDeep !== undefined) {
    return { document: parseDocument(''), faults: [{ offset: tooDeep, message: 'nested too deeply' }], position };
  }
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const faults = document.errors.map(({ pos: [offset], message }) => ({
    offset,
    message: explain(message, text, offset),
  }));
  return { document, faults, position };
}

function tooDeepBracket(text: string): number | undefined {
  // Only what has many brackets can nest them deeply, and reading everything twice takes its time.
  if ((text.match(/[[{]/g) ?? []).length <= DEEPEST_BRACKETS) return undefined;
  let depth = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if ((token === '[' || token === '{') && ++depth > DEEPEST_BRACKETS) return offset;
    if (token === ']' || token === '}') depth--;
    if (!CONTROL.includes(token)) offset += token.length;
  }
  return undefined;
}

/** Tokens of the lexer that stand for nothing in the text: a document or a scalar starts, a flow ends in error. */
const CONTROL: readonly string[] = ['\x02', '\x1f', '\x18'];

function explain(message: string, text: string, offset: number): string {
  if (message.includes('multiple documents'))
    return 'the file holds more than one YAML document; remove the "---" between them';
  const reason = message.replace(/[\s:]+$/, '');
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? text.length : end);
  const hint = /[{[][^"']*\$\{/.test(line) ? `; inside { } or [ ] a placeholder needs quotes: "\${NAME}"` : '';
  return `not valid YAML: ${reason}${hint}`;
}
