import type { Path } from '../path.ts';

/** Offsets in the text of the file. */
export interface SourceEntry {
  /** Where the key starts; the value itself in a list. */
  readonly key: number;
  /** Where the value starts. */
  readonly value: number;
  /** The value as it is written, placeholders unresolved; undefined for maps, lists and empty values. */
  readonly written: string | undefined;
  /** Whether the key was left without a value. */
  readonly empty: boolean;
}

/** Remembers where each value of a YAML tree was written, so that whoever judges the value can point at it. */
export class SourceMap {
  readonly #entries = new Map<string, SourceEntry>();

  set(path: Path, entry: SourceEntry): void {
    this.#entries.set(keyOf(path), entry);
  }

  /** Where `runtime` itself stands: the place of whatever has none of its own. */
  setRoot(key: number, value: number | undefined): void {
    this.set([], { key, value: value ?? key, written: undefined, empty: false });
  }

  get(path: Path): SourceEntry | undefined {
    return this.#entries.get(keyOf(path));
  }

  /** The entry of the value, or of the innermost written one around it. */
  closest(path: Path): SourceEntry | undefined {
    for (let length = path.length; length >= 0; length--) {
      const entry = this.get(path.slice(0, length));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

// Indexes and keys that look like one are the same place: a node is a list or a map, never both.
function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
