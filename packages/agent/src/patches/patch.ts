import type { Bridge } from '@crossbridge/core';
import type { PatchName } from '@crossbridge/core/config';
import type { PatchStatus } from '@crossbridge/otel';
import type { Layer } from './hooks/layer.ts';

/** What a patch has come to. Of a module that nothing has loaded (yet) there is nothing to tell. */
export type PatchState = PatchStatus | 'not_loaded';

/** A copy of a module that the process has loaded. */
export interface FoundModule {
  /** The file by its package: `pg/lib/client`. */
  readonly name: string;
  /** The directory of the package. */
  readonly directory: string;
  /** What its package.json says; undefined when that cannot be read. */
  readonly version: string | undefined;
  /** Which build was loaded. A CommonJS file is one, whoever loads it. */
  readonly build: 'cjs' | 'esm';
}

/** A function that stands where a patch wants to be. */
export interface InFront {
  readonly method: string;
  readonly by: { readonly name: string };
}

/** What `crossbridge doctor` tells of a patch. */
export interface PatchReport {
  readonly module: PatchName;
  readonly status: PatchState;
  /** Copies that were loaded, each with what was found wrong with it. */
  readonly copies: readonly (FoundModule & { readonly problem?: string })[];
  /** Why it is not active, in plain words. */
  readonly reason?: string;
  /** Who is there when it is not outermost. */
  readonly inFront?: readonly InFront[];
}

/** A patch, and whether it is in front. */
export interface Patch {
  readonly module: PatchName;
  status(): PatchState;
  report(): PatchReport;
}

/** What patches act for. */
export interface PatchHost {
  readonly bridge: Bridge;
  /**
   * The operation whose policies hold now; undefined when the config gives it none, so that the call is to go on as if nobody were there.
   * Asked for each call: a reload may change it.
   *
   * @param fallback for modules that have no operation of their own: that of the matching upstream
   */
  operation(fallback?: string): string | undefined;
}

/** A file of a module, and what is done to what it exports. */
export interface PatchedFile {
  /** By its package, without `.js`, `.mjs`, `.cjs` and `/index`: `pg/lib/client`, `pg-pool`, `openai`. */
  readonly name: string;
  /** Which build. CommonJS files are found whether they are required or imported by something that is imported. */
  readonly build: 'cjs' | 'esm';
  /**
   * Puts layers on prototypes. Called once for each copy, before the application has it.
   *
   * @param exports of a CommonJS file `module.exports`, of an ES module its namespace
   * @throws Error that says what it did not find; the application goes on without the patch
   */
  install(exports: unknown, host: PatchHost, found: FoundModule): readonly Layer[];
}

/** How a module is put under policies. */
export interface ModulePatch {
  /** As `runtime.patches` calls it. */
  readonly module: PatchName;
  /** What is supported, for people: `8.11 or later, below 9`. */
  readonly versions: string;
  /** @param packageName the package that the file is of, where they are several */
  supports(version: string, packageName: string): boolean;
  readonly files: readonly PatchedFile[];
}

/** Whether a version is at least `from` and of the same major, or of one of those up to `lastMajor`. */
export function within(version: string, from: readonly [major: number, minor: number], lastMajor: number): boolean {
  const [major = 0, minor = 0] = version.split(/[.+-]/, 2).map(Number);
  return major <= lastMajor && (major > from[0] || (major === from[0] && minor >= from[1]));
}
