/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with a placeholder, and where in the text it starts. Never holds a value. */
export interface PlaceholderProblem {
  readonly offset: number;
  readonly message: string;
}

export interface Substitution {
  readonly text: string;
  /** Whether anything was replaced, by a variable or a default. */
  readonly changed: boolean;
  readonly problems: readonly PlaceholderProblem[];
}

const TOKEN = /\$\$\{|\$\{([^}]*)(\}?)/g;
const BODY = /^([A-Za-z_]\w*)(?:(:-)([\s\S]*))?$/;

/**
 * Resolves `${NAME}` and `${NAME:-default}` in one text; `$${` stands for a literal `${`.
 *
 * As in a shell, an empty variable counts as unset for `:-`, while `${NAME}` takes it as the empty text.
 */
export function substitute(text: string, env: Environment): Substitution {
  const problems: PlaceholderProblem[] = [];
  let changed = false;
  const result = text.replace(TOKEN, (token: string, body: string | undefined, close: string, offset: number) => {
    changed = true;
    if (token === '$${') return '${';
    const fail = (message: string): string => {
      problems.push({ offset, message });
      return '';
    };
    if (close === '') return fail('a placeholder is not closed: "}" is missing ("$${" gives a literal "${")');
    const [, name, operator, fallback = ''] = BODY.exec(body ?? '') ?? [];
    if (name === undefined)
      return fail(`${token} is not a placeholder: write \${NAME}, \${NAME:-default}, or "$\${" for a literal "\${"`);
    if (fallback.includes('${')) return fail('placeholders cannot be nested: give the inner default as it is');
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (operator !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value !== undefined) return value;
    return fail(
      `environment variable ${name} is not set and \${${name}} has no default: set it, or write \${${name}:-default}`,
    );
  });
  return { text: result, changed, problems };
}
