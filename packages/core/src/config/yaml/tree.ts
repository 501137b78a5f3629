import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, visit } from 'yaml';
import type { Path } from '../path.ts';
import { type Environment, substitute } from '../placeholders.ts';
import { type MapEntry, mapEntries } from './map-entries.ts';
import { retype } from './retype.ts';
import { SourceMap } from './source-map.ts';

/** Most values that aliases may repeat, so that a small file cannot unfold into a huge one. */
const MOST_REPEATED = 10_000;

/** No section of ours is nested even half as deep. */
const DEEPEST = 32;

/** A value that cannot be read; the tree holds null in its place. */
export interface TreeFault {
  readonly path: Path;
  readonly offset: number;
  readonly message: string;
}

/**
 * Turns YAML nodes into plain data: aliases followed, merge keys merged, placeholders resolved. The nodes stay as
 * they are, so a value that a foreign section shares keeps its placeholders there.
 */
export class YamlTree {
  readonly sources: SourceMap = new SourceMap();
  readonly faults: TreeFault[] = [];
  readonly #document: Document.Parsed;
  readonly #text: string;
  readonly #env: Environment;
  readonly #targets: ReadonlyMap<Node, Node>;
  readonly #open = new Set<Node>();
  readonly #entriesOf = new Map<unknown, MapEntry[]>();
  /** How many aliases and merges enclose the value being read. */
  #elsewhere = 0;
  #repeated = 0;

  constructor(document: Document.Parsed, text: string, env: Environment) {
    this.#document = document;
    this.#text = text;
    this.#env = env;
    this.#targets = aliasTargets(document);
  }

  /** The node that an alias stands for; any other node, and an alias of nothing, is itself. */
  resolve(node: unknown): unknown {
    return isAlias(node) ? (this.#targets.get(node) ?? node) : node;
  }

  /** The keys of a map, merge keys merged; none when `node` is no map. */
  entries(node: unknown): readonly MapEntry[] {
    return mapEntries(this.resolve(node), (other) => this.resolve(other), this.#entriesOf);
  }

  /** The plain value of `node`. `keyOffset` is where its key stands; `repeated` tells that it was merged from elsewhere. */
  read(node: unknown, path: Path, keyOffset: number, repeated = false): unknown {
    const offset = offsetOf(node) ?? keyOffset;
    const target = this.resolve(node) as Node | null | undefined;
    this.sources.set(path, { key: keyOffset, value: offset, written: this.#written(target), empty: isEmpty(target) });
    const fail = (message: string): null => {
      this.faults.push({ path, offset, message });
      return null;
    };
    if (target === null || target === undefined) return null;
    if (isAlias(target)) return fail('the alias has no anchor before it');
    if (this.#open.has(target)) return fail('the value contains itself through an alias');
    if (path.length > DEEPEST) return fail('nested too deeply');
    const elsewhere = isAlias(node) || repeated;
    if (elsewhere || this.#elsewhere > 0) {
      // One report: the next ten thousand values would say the same.
      if (++this.#repeated > MOST_REPEATED + 1) return null;
      if (this.#repeated > MOST_REPEATED) return fail(`aliases repeat more than ${MOST_REPEATED} values`);
    }
    this.#open.add(target);
    if (elsewhere) this.#elsewhere++;
    const value = this.#readNode(target, path, offset);
    if (elsewhere) this.#elsewhere--;
    this.#open.delete(target);
    return value;
  }

  #readNode(node: Node, path: Path, offset: number): unknown {
    if (node.tag?.startsWith('!') === true && node.tag !== '!') {
      this.faults.push({ path, offset, message: `the tag ${node.tag} means nothing here; remove it` });
      return null;
    }
    if (isSeq(node))
      return node.items.map((item, index) => this.read(item, [...path, index], offsetOf(item) ?? offset));
    if (isMap(node)) return this.#readMap(node, path);
    return isScalar(node) ? this.#readScalar(node, path, offset) : null;
  }

  #readMap(node: Node, path: Path): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const { key, keyOffset, value, merged, fault } of this.entries(node)) {
      if (fault !== undefined) {
        this.faults.push({ path: [...path, key], offset: keyOffset, message: fault });
        continue;
      }
      const read = this.read(value, [...path, key], keyOffset, merged);
      // Plain assignment would run the setter of `__proto__`.
      Object.defineProperty(result, key, { value: read, enumerable: true, configurable: true, writable: true });
    }
    return result;
  }

  #readScalar(node: Scalar, path: Path, offset: number): unknown {
    if (typeof node.value !== 'string' || !node.value.includes('${')) return node.value;
    const { text, problems } = substitute(node.value, this.#env);
    // Exact in a scalar of one line; an escape or a fold before the placeholder would move it, so then the value is meant.
    const shift = [0, 1].find((quote) => this.#text.startsWith(String(node.value), offset + quote));
    for (const { offset: inner, message } of problems) {
      this.faults.push({ path, offset: shift === undefined ? offset : offset + shift + inner, message });
    }
    if (problems.length > 0) return null;
    return node.type === 'PLAIN' ? retype(text, this.#document) : text;
  }

  #written(node: unknown): string | undefined {
    if (!isScalar(node) || !node.range || node.range[1] <= node.range[0]) return undefined;
    return this.#text.slice(node.range[0], node.range[1]);
  }
}

/** Whether a key has no value: nothing after it, or `null`, or `~`. */
export function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** Where a node starts in the text. */
export function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

// An anchor may be given again further down: an alias means the last one before it. One pass, so that many aliases stay cheap.
function aliasTargets(document: Document.Parsed): Map<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, (_key, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, node);
  });
  return targets;
}
