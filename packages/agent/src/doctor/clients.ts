import type { FoundModule } from '../patches/patch.ts';
import { onAssignment } from './assignment.ts';
import type { ClientFacts } from './facts.ts';
import { READERS, type Reader } from './readers.ts';

/** An application that makes a client for each request has told enough by then. */
const MOST_CLIENTS = 1_000;

/** Keeps in mind the pools and clients that are made, to read their settings off them later. */
export class Clients {
  readonly #made = new Map<object, Reader>();

  /** A file of a module was loaded: notices what is made of its classes from now on. */
  loaded(found: FoundModule, exports: unknown): void {
    for (const reader of READERS) {
      const prototype = reader.prototypeIn(found, exports);
      if (prototype === undefined) continue;
      onAssignment(prototype, reader.assigned, (instance) => {
        if (this.#made.size < MOST_CLIENTS) this.#made.set(instance, reader);
      });
    }
  }

  get facts(): readonly ClientFacts[] {
    return [...this.#made].flatMap(([instance, { kind, read }]) => {
      try {
        return [{ kind, ...read(instance) }];
      } catch {
        // Not made to its end, or of another version.
        return [];
      }
    });
  }
}
