import { ConfigError, type ParsedConfig, parseRuntimeConfig } from '@crossbridge/core/config';

/** The text without the indentation of its first line. */
export function yaml(strings: TemplateStringsArray, ...values: unknown[]): string {
  const text = String.raw({ raw: strings }, ...values).replace(/^\n/, '');
  const indent = /^ */.exec(text)?.[0] ?? '';
  return text.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trimEnd();
}

export function parse(text: string, env: Record<string, string> = {}): ParsedConfig {
  return parseRuntimeConfig(text, { file: 'crossbridge.yml', env });
}

/** The error of a configuration that must not be accepted. */
export function errorOf(load: () => unknown): ConfigError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** Every problem as `line:column path: message`. */
export function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  const { problems } = errorOf(() => parse(text, env));
  return problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

/** Every warning as `line:column path: message`. */
export function warningsOf(text: string, env: Record<string, string> = {}): string[] {
  return parse(text, env).warnings.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}
