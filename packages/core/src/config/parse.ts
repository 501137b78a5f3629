import { completeRuntimeConfig } from './complete/runtime.ts';
import { ConfigError } from './config-error.ts';
import { finish } from './finished.ts';
import type { Environment } from './placeholders.ts';
import { type ConfigProblem, type ConfigWarning, inFileOrder } from './problem.ts';
import { ConfigReview } from './review.ts';
import { yamlDialect } from './schema/dialect.ts';
import { schemaFor } from './schema/runtime.ts';
import type { RuntimeConfig } from './types.ts';
import { shorten, validate } from './validate.ts';
import { readSections, shownPath } from './yaml/sections.ts';
import { parseYaml } from './yaml/syntax.ts';
import { YamlTree } from './yaml/tree.ts';

export interface ParseOptions {
  /** What to call the file in reports. */
  readonly file: string;
  /** The environment variables that `${NAME}` may use. */
  readonly env: Environment;
}

export interface ParsedConfig {
  /** Complete and frozen. */
  readonly config: RuntimeConfig;
  /** What works, but hardly as meant; in the order of the file. */
  readonly warnings: readonly ConfigWarning[];
}

/**
 * Reads the text of a `crossbridge.yml`. Pure: no file and no environment but what is given.
 *
 * @throws ConfigError with every problem of the file, each with its line, column and path.
 */
export function parseRuntimeConfig(text: string, options: ParseOptions): ParsedConfig {
  try {
    return parse(text, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Walking the nodes recurses like the parser does, in sections that are not ours as well.
    const problem = { file: options.file, line: 1, column: 1, path: '', message: 'nested too deeply' };
    throw new ConfigError([problem], { cause: error });
  }
}

function parse(text: string, { file, env }: ParseOptions): ParsedConfig {
  const yaml = parseYaml(text);
  const at = (offset: number): Place => ({ file, ...yaml.position(offset) });
  if (yaml.faults.length > 0) {
    // Without the lines in question: they may belong to a section of someone else, and hold its secrets.
    throw new ConfigError(yaml.faults.map(({ offset, message }) => ({ ...at(offset), path: '', message })));
  }
  const tree = new YamlTree(yaml.document, text, env);
  const review = reviewOf(tree, at);
  const raw = readSections(yaml, tree, review);
  for (const { path, offset, message } of tree.faults) review.fail(path, message, offset);
  const config = completeRuntimeConfig(validate(schemaFor(raw, yamlDialect), raw, review), review);
  if (review.problems.length > 0) throw new ConfigError(review.problems, { text });
  return { config: finish(config), warnings: Object.freeze(inFileOrder(review.warnings)) };
}

type Place = Pick<ConfigProblem, 'file' | 'line' | 'column'>;

function reviewOf({ sources }: YamlTree, at: (offset: number) => Place): ConfigReview {
  return new ConfigReview({
    dialect: yamlDialect,
    locate: (path, part) => {
      const own = sources.get(path);
      const offset = typeof part === 'number' ? part : part === 'key' ? own?.key : own?.value;
      // What is missing is missing from the map around it.
      return { ...at(offset ?? sources.closest(path)?.value ?? 0), path: shownPath(path) };
    },
    show: (path, fallback) => shorten(sources.get(path)?.written ?? fallback),
    written: (path) => sources.get(path)?.empty === false,
  });
}
