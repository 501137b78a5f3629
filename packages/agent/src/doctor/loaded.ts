import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { moduleFileOf, packageOf, versionIn } from '../patches/hooks/module-file.ts';
import type { PackageFacts } from './facts.ts';
import { ownPackage } from './own-package.ts';

const { cache } = createRequire(import.meta.url);
const MOST_IMPORTERS = 10;
const INTEGRATIONS = '@crossbridge/integrations/';
const AGENT_STARTED = Symbol.for('crossbridge.agent.started');

interface Seen {
  readonly by: Set<string>;
  /** Undefined when the agent was there first. */
  readonly earlyBy: Set<string> | undefined;
}

/** Keeps in mind what is loaded, by whom, and whether the agent was there. It changes nothing about it. */
export class Loaded {
  /** By directory. */
  readonly #packages = new Map<string, Seen>();
  /** Whether each was there before the agent. */
  readonly #files = new Map<string, boolean>();

  readonly #byHand = new Set<string>();

  /** @param onLoad told of the address of what is loaded, and of the file that asked for it */
  constructor(onLoad: (url: string, parent: string | undefined) => void) {
    this.#lookIntoCache();
    if (typeof module.registerHooks !== 'function') return;
    module.registerHooks({
      resolve: (specifier, context, next) => {
        const result = next(specifier, context);
        onLoad(result.url, context.parentURL);
        this.#note(result.url, context.parentURL);
        if (specifier.startsWith(INTEGRATIONS)) this.#noteByHand(specifier, context.parentURL);
        return result;
      },
    });
  }

  get packages(): readonly PackageFacts[] {
    this.#lookIntoCache();
    return [...this.#packages].map(([directory, { by, earlyBy }]) => ({
      name: nameOf(directory),
      directory,
      version: versionIn(directory),
      by: [...by],
      ...(earlyBy === undefined ? {} : { earlyBy: [...earlyBy] }),
    }));
  }

  /** Files of the application. */
  get files(): readonly string[] {
    this.#lookIntoCache();
    return [...this.#files.keys()].filter((file) => ownPackage(file) === undefined);
  }

  /** Files of the application that ran before the agent. */
  get earlyFiles(): readonly string[] {
    return this.files.filter((file) => this.#files.get(file) === true);
  }

  /** Entries of `@crossbridge/integrations` that the application imports. */
  get byHand(): readonly string[] {
    return [...this.#byHand];
  }

  /** What was required before there were hooks, or where there are none. */
  #lookIntoCache(): void {
    for (const [path, loaded] of Object.entries(cache)) this.#notePath(path, loaded?.parent?.filename);
  }

  #note(url: string, parent: string | undefined): void {
    if (!url.startsWith('file:')) return;
    const plain = withoutQuery(url);
    this.#notePath(fileURLToPath(plain), parent?.startsWith('file:') ? fileURLToPath(withoutQuery(parent)) : undefined);
  }

  #noteByHand(specifier: string, parent: string | undefined): void {
    if (parent === undefined || (parent.startsWith('file:') && ownPackage(fileURLToPath(parent)) !== undefined)) return;
    this.#byHand.add(specifier.slice(INTEGRATIONS.length));
  }

  #notePath(path: string, parent: string | undefined): void {
    const file = moduleFileOf(path);
    if (file === undefined) {
      if (!this.#files.has(path)) this.#files.set(path, isEarly());
      return;
    }
    const before = this.#packages.get(file.directory);
    const seen = before ?? { by: new Set(), earlyBy: isEarly() ? new Set<string>() : undefined };
    if (before === undefined) this.#packages.set(file.directory, seen);
    const importer = parent === undefined ? undefined : importerOf(parent);
    if (importer === undefined || importer === packageOf(file.name) || seen.by.size >= MOST_IMPORTERS) return;
    seen.by.add(importer);
    if (isEarly()) seen.earlyBy?.add(importer);
  }
}

function isEarly(): boolean {
  return !(AGENT_STARTED in globalThis);
}

function importerOf(path: string): string {
  const file = moduleFileOf(path);
  return file === undefined ? (ownPackage(path) ?? path) : packageOf(file.name);
}

function nameOf(directory: string): string {
  return directory.replaceAll('\\', '/').split('/node_modules/').at(-1) as string;
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '');
}
