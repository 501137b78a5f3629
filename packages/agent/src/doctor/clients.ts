import { createRequire } from 'node:module';
import { moduleFileOf } from '../patches/hooks/module-file.ts';
import type { ClientFacts, ClientKind } from './facts.ts';
import { instancesOf } from './instances.ts';
import type { Loaded } from './loaded.ts';
import { READERS } from './readers.ts';

const { cache } = createRequire(import.meta.url);

interface Class {
  readonly prototype: object;
}

/** Finds the pools and clients that are alive, and keeps in mind what they were set to once they are gone. */
export class Clients {
  readonly #loaded: Loaded;
  readonly #seen = new WeakSet<object>();
  readonly #facts: ClientFacts[] = [];
  /** Those that had to be imported to be found. */
  readonly #imported = new Map<ClientKind, Set<Class>>();

  constructor(loaded: Loaded) {
    this.#loaded = loaded;
  }

  get facts(): readonly ClientFacts[] {
    return this.#facts;
  }

  /** Asks for the classes of ES modules that are there already, for {@link look}. */
  async findImported(): Promise<void> {
    for (const { kind, esFile, exported } of READERS) {
      for (const url of esFile === undefined ? [] : this.#loaded.urlsOf(esFile)) {
        if (!url.endsWith('.mjs')) continue;
        const found = (await import(url).catch(() => undefined)) as Record<string, unknown> | undefined;
        const known = this.#imported.get(kind) ?? new Set<Class>();
        if (isClass(found?.[exported])) this.#imported.set(kind, known.add(found[exported]));
      }
    }
  }

  look(): void {
    for (const reader of READERS) {
      const classes = new Set(this.#imported.get(reader.kind));
      for (const exports of requiredFiles(reader.cjsFiles)) {
        const found =
          reader.exported === '' ? exports : (exports as Record<string, unknown> | undefined)?.[reader.exported];
        if (isClass(found)) classes.add(found);
      }
      for (const instance of [...classes].flatMap(instancesOf)) {
        if (this.#seen.has(instance)) continue;
        this.#seen.add(instance);
        const facts = attempt(() => reader.read(instance));
        if (facts !== undefined) this.#facts.push({ kind: reader.kind, ...facts });
      }
    }
  }
}

function requiredFiles(names: readonly string[]): unknown[] {
  return Object.entries(cache).flatMap(([path, module]) => {
    const name = module?.loaded === true ? moduleFileOf(path)?.name : undefined;
    return name !== undefined && names.includes(name) ? [module?.exports] : [];
  });
}

function isClass(value: unknown): value is Class {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
