import { type Document, LineCounter, parseDocument } from 'yaml';

/** Something the YAML parser objects to. */
export interface SyntaxFault {
  readonly offset: number;
  readonly message: string;
  /** A key that stands twice in a map: valid enough to go on, and nobody's business in a section that is not ours. */
  readonly duplicateKey: boolean;
}

export interface ParsedYaml {
  readonly document: Document.Parsed;
  readonly faults: readonly SyntaxFault[];
  position(offset: number): { readonly line: number; readonly column: number };
}

/** Parses YAML 1.2 with merge keys. Never throws: what is wrong is in `faults`. */
export function parseYaml(text: string): ParsedYaml {
  const lineCounter = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lineCounter.linePos(Math.min(Math.max(offset, 0), text.length));
    // An empty text has no first line for the counter.
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true, logLevel: 'silent' });
    const faults = document.errors.map(({ pos, code, message }) => ({
      offset: pos[0],
      message: explain(code, message, text, pos[0]),
      duplicateKey: code === 'DUPLICATE_KEY',
    }));
    return { document, faults, position };
  } catch (error) {
    // The parser recurses, so thousands of nested brackets exhaust the stack.
    const message = error instanceof RangeError ? 'nested too deeply' : 'not readable as YAML';
    return { document: parseDocument(''), faults: [{ offset: 0, message, duplicateKey: false }], position };
  }
}

function explain(code: string, message: string, text: string, offset: number): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice in the same map; remove one of the two';
  const reason = message.replace(/[\s:]+$/, '');
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? text.length : end);
  const hint = /[{[][^"']*\$\{/.test(line) ? `; inside { } or [ ] a placeholder needs quotes: "\${NAME}"` : '';
  return `not valid YAML: ${reason}${hint}`;
}
