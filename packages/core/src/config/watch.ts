import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { ConfigError } from './config-error.ts';
import { watchedNames } from './links.ts';
import { type LoadOptions, loadRuntimeConfig } from './load.ts';
import type { ParsedConfig } from './parse.ts';
import type { ConfigWarning } from './problem.ts';
import type { RuntimeConfig } from './types.ts';

/** One save is many events: it is over when none came for so long. */
const DEBOUNCE_MS = 100;
/** A file that never rests is read all the same after so many times the debounce. */
const MOST_PUT_OFF = 20;
/** When something cannot be watched, the file is looked at so often instead. */
const POLL_MS = 5000;

export interface WatchOptions extends LoadOptions {
  /** The file; relative to `cwd`. */
  readonly file: string;
  /** The configuration in use, to compare with. Default: what the file says when watching starts. */
  readonly config?: RuntimeConfig | undefined;
  /** Another good configuration, complete and frozen. Not told of saves that change nothing. */
  readonly onChange: (config: RuntimeConfig, warnings: readonly ConfigWarning[]) => void;
  /**
   * The file is bad or gone, or `onChange` threw; the last good configuration stays. Each report comes once, until the file
   * is good again or bad in another way.
   */
  readonly onError: (error: unknown) => void;
  /** How long the file must rest before it is read. Default 100 ms. */
  readonly debounceMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface ConfigWatcher {
  /** Ends watching. Nothing is told any more once it returns. */
  close(): void;
}

/**
 * Watches a `crossbridge.yml` and tells of every other good configuration in it. Survives what editors, deployments and
 * Kubernetes do to save a file. Never throws, and never keeps the process alive.
 */
export function watchRuntimeConfig(options: WatchOptions): ConfigWatcher {
  const watcher = new Watcher(options);
  watcher.start();
  return { close: () => watcher.close() };
}

class Watcher {
  readonly #options: WatchOptions;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #debounceMs: number;
  #watchers: FSWatcher[] = [];
  #timer: Timer | undefined;
  #poll: Timer | undefined;
  #putOffSinceMs: number | undefined;
  #closed = false;
  #config: RuntimeConfig | undefined;
  #report: string | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#file = resolve(options.cwd ?? process.cwd(), options.file);
    this.#clock = options.clock ?? systemClock;
    this.#debounceMs = options.debounceMs ?? DEBOUNCE_MS;
    this.#config = options.config;
  }

  start(): void {
    this.#watch();
    this.#config ??= this.#firstConfig();
    // What happened between the load of the configuration in use and now, and a file that is bad from the start.
    this.#putOff();
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#poll);
  }

  #firstConfig(): RuntimeConfig | undefined {
    try {
      return this.#load().config;
    } catch {
      return undefined;
    }
  }

  #load(): ParsedConfig {
    const { file, env, cwd } = this.#options;
    return loadRuntimeConfig(file, { env, cwd });
  }

  #isEmpty(): boolean {
    return statSync(this.#file).size === 0;
  }

  /** Nobody means every policy to go by a save that was cut short, or a disk that was full. */
  #emptied(): ConfigError {
    const message = 'is empty, so the configuration in use stays; for all defaults write "runtime: {}"';
    return new ConfigError([{ file: this.#options.file, line: undefined, column: undefined, path: '', message }]);
  }

  /** Waits for the file to rest. */
  #putOff(): void {
    if (this.#closed) return;
    const nowMs = this.#clock.now();
    this.#putOffSinceMs ??= nowMs;
    const latestMs = this.#putOffSinceMs + MOST_PUT_OFF * this.#debounceMs;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#after(Math.min(this.#debounceMs, Math.max(0, latestMs - nowMs)), () => this.#look());
  }

  #look(): void {
    if (this.#closed) return;
    this.#putOffSinceMs = undefined;
    // Anew before each reading: what was watched may have been replaced, and what changes from here on is told.
    this.#watch();
    try {
      const { config, warnings } = this.#load();
      this.#report = undefined;
      if (isDeepStrictEqual(config, this.#config)) return;
      if (this.#isEmpty()) throw this.#emptied();
      this.#config = config;
      this.#options.onChange(config, warnings);
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (this.#closed) return;
    const report = error instanceof ConfigError ? error.message : String(error);
    if (report === this.#report) return;
    this.#report = report;
    try {
      this.#options.onError(error);
    } catch {
      // Whoever is told of errors has nobody to tell of their own.
    }
  }

  #watch(): void {
    const before = this.#watchers;
    this.#watchers = [];
    let blind = false;
    for (const [directory, names] of watchedNames(this.#file)) {
      try {
        this.#watchers.push(this.#watchDirectory(directory, names));
      } catch {
        blind = true;
      }
    }
    for (const watcher of before) watcher.close();
    this.#clock.clearTimeout(this.#poll);
    // No right to the directory, or no watches left in the kernel.
    this.#poll = blind ? this.#after(POLL_MS, () => this.#putOff()) : undefined;
  }

  #watchDirectory(directory: string, names: ReadonlySet<string>): FSWatcher {
    const own = basename(directory);
    const watcher = watch(directory, { persistent: false }, (_event, name) => {
      // A directory that goes away calls itself by its own name.
      if (name === null || name === own || names.has(name)) this.#putOff();
    });
    watcher.on('error', () => this.#putOff());
    return watcher;
  }

  #unwatch(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #after(delayMs: number, callback: () => void): Timer {
    const timer = this.#clock.setTimeout(callback, delayMs);
    (timer as Partial<NodeJS.Timeout>).unref?.();
    return timer;
  }
}
