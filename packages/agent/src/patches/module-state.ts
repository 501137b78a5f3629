import type { PatchName } from '@crossbridge/core/config';
import { presentDoctor } from '../doctor/hand-over.ts';
import { messageOf } from '../report.ts';
import { canWatchImports, TOO_OLD } from './hooks/es-modules.ts';
import type { Layer } from './hooks/layer.ts';
import { type ModuleFile, packageOf, versionIn } from './hooks/module-file.ts';
import type { FoundModule, ModulePatch, Patch, PatchedFile, PatchHost, PatchReport, PatchState } from './patch.ts';

interface Copy {
  readonly found: FoundModule;
  readonly problem?: string;
}

/** A patch of a module that may be loaded once, several times or never. */
export class ModuleState implements Patch {
  readonly module: PatchName;
  readonly #patch: ModulePatch;
  readonly #host: PatchHost;
  readonly #copies: Copy[] = [];
  readonly #layers: Layer[] = [];

  constructor(patch: ModulePatch, host: PatchHost) {
    this.module = patch.module;
    this.#patch = patch;
    this.#host = host;
  }

  /** A file of the module was loaded. Whatever goes wrong here, the application gets its module. */
  install(file: PatchedFile, { name, directory }: ModuleFile, exports: unknown): void {
    const version = versionIn(directory);
    const found: FoundModule = { name, directory, version, build: file.build };
    presentDoctor()?.loaded(found, exports);
    try {
      if (version !== undefined && !this.#patch.supports(version, packageOf(name))) {
        throw new Error(`version ${version} is not supported (${this.#patch.versions})`);
      }
      const layers = file.install(exports, this.#host, found);
      this.#layers.push(...layers);
      this.#copies.push({ found });
      this.#lookAgain();
    } catch (error) {
      this.#copies.push({ found, problem: messageOf(error) });
    }
  }

  status(): PatchState {
    if (this.#copies.length === 0) return 'not_loaded';
    if (this.#copies.some(({ problem }) => problem !== undefined)) return 'missing';
    return this.#layers.every(({ outermost }) => outermost) ? 'active' : 'not_outermost';
  }

  report(): PatchReport {
    const status = this.status();
    const reason = this.#reason(status);
    const inFront = this.#layers.flatMap(({ name, outermost, current }) =>
      outermost || typeof current !== 'function' ? [] : [{ method: name, by: current }],
    );
    return {
      module: this.module,
      status,
      copies: this.#copies.map(({ found, problem }) => ({ ...found, ...(problem === undefined ? {} : { problem }) })),
      ...(reason === undefined ? {} : { reason }),
      ...(inFront.length === 0 ? {} : { inFront }),
    };
  }

  #reason(status: PatchState): string | undefined {
    switch (status) {
      case 'not_loaded':
        return this.#whyNotLoaded();
      case 'missing': {
        const bad = this.#copies.find(({ problem }) => problem !== undefined) as Copy;
        return `${bad.found.name} in ${bad.found.directory}: ${bad.problem}`;
      }
      case 'not_outermost': {
        const covered = this.#layers.filter(({ outermost }) => !outermost).map(({ name }) => name);
        return `another library has wrapped ${covered.join(', ')} since, and may act first`;
      }
      default:
        return undefined;
    }
  }

  #whyNotLoaded(): string {
    const bundled = 'nothing has loaded it from node_modules; code that is bundled into other files is not seen';
    const imported = this.#patch.files.some(({ build }) => build === 'esm');
    if (!imported) return bundled;
    if (!canWatchImports()) return `${bundled}, and imports cannot be watched by ${TOO_OLD}`;
    return `${bundled}, nor is what was imported before the agent was: its --import comes first`;
  }

  /** Others that hook the loading of the module wrap it after us, in the same breath or a little later. */
  #lookAgain(): void {
    const look = (): void => {
      for (const layer of this.#layers) layer.ensure();
    };
    process.nextTick(look);
    setImmediate(look).unref();
  }
}
