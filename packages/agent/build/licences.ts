import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Licensed {
  readonly title: string;
  readonly text: string;
}

const FILES = /^(?:licen[cs]e|notice|copying)(?:\.|$)/i;

/**
 * The notices that the packages in a bundle ask to be passed on.
 *
 * @param inputs the files that went in, relative to `root`
 * @throws Error for a package without any
 */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const directories = new Set(inputs.flatMap((input) => packageDirectory(input) ?? []));
  const texts = new Map<string, string[]>();
  for (const { title, text } of [...directories].map((directory) => licensed(join(root, directory)))) {
    const titles = texts.get(text) ?? [];
    if (!titles.includes(title)) texts.set(text, [...titles, title]);
  }
  const parts = [...texts].map(([text, titles]) => [titles.toSorted().join('\n'), text] as const);
  return [
    'register.js and worker.js contain code of the following packages.',
    ...parts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([titles, text]) => `${titles}\n\n${text}`),
  ].join(`\n\n${'='.repeat(80)}\n\n`);
}

function packageDirectory(input: string): string | undefined {
  return /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function licensed(directory: string): Licensed {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const files = readdirSync(directory).filter((file) => FILES.test(file));
  if (files.length === 0) throw new Error(`${dirname(directory)}: ${name} has no licence to pass on`);
  const text = files.toSorted().map((file) => readFileSync(join(directory, file), 'utf8').trim());
  return { title: `${name} ${version} (${license ?? 'see below'})`, text: text.join('\n\n') };
}
