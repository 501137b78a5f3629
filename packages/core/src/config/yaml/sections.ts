import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { nearest } from '../nearest.ts';
import { formatPath, type Path } from '../path.ts';
import type { ConfigReview } from '../review.ts';
import { SECTION_NAMES } from '../schema/runtime.ts';
import { describe } from '../validate.ts';
import type { ParsedYaml } from './syntax.ts';
import { isEmpty, offsetOf, type YamlTree } from './tree.ts';

const RUNTIME = 'runtime';

/** The whole path of a value below `runtime:`. */
export function shownPath(path: Path): string {
  return formatPath([RUNTIME, ...path]);
}

/** The plain values of our sections under `runtime:`. Whatever else the file holds is someone else's, and not even read. */
export function readSections(yaml: ParsedYaml, tree: YamlTree, review: ConfigReview): Record<string, unknown> {
  const root = yaml.document.contents;
  if (isEmpty(root)) return {};
  if (!isMap(root)) {
    review.fail(
      [],
      `the file must be a map with the section "${RUNTIME}", but it is ${kindOf(root)}`,
      offsetOf(root) ?? 0,
    );
    return {};
  }
  const [runtime, second] = tree.entries(root).filter(({ key }) => key === RUNTIME);
  if (runtime === undefined) {
    warnOfMisplacedSections(root, tree, review);
    return {};
  }
  const node = tree.resolve(runtime.value);
  tree.sources.setRoot(runtime.keyOffset, offsetOf(runtime.value));
  if (second?.fault !== undefined) review.fail([], second.fault, second.keyOffset);
  if (isAlias(node)) review.fail([], 'the alias has no anchor before it');
  if (isEmpty(node) || isAlias(node)) return {};
  if (!isMap(node)) {
    review.fail([], `expected a map of sections (${SECTION_NAMES.join(', ')}), got ${kindOf(node)}`);
    return {};
  }
  return readOurs(node, tree, review);
}

function readOurs(node: Node, tree: YamlTree, review: ConfigReview): Record<string, unknown> {
  const ours: Record<string, unknown> = {};
  const foreign: { readonly key: string; readonly keyOffset: number }[] = [];
  for (const { key, keyOffset, value, merged, fault } of tree.entries(node)) {
    const close = nearest(key, SECTION_NAMES, 2);
    const isOurs = SECTION_NAMES.includes(key);
    if (isOurs && fault !== undefined) review.fail([key], fault, keyOffset);
    else if (isOurs) ours[key] = tree.read(value, [key], keyOffset, merged);
    else if (close !== undefined) review.fail([key], `unknown section "${key}"; did you mean "${close}"?`, keyOffset);
    else foreign.push({ key, keyOffset });
  }
  const [first] = foreign;
  if (first !== undefined) {
    const unknown = new Set(foreign.map(({ key }) => key));
    const message = `ignored, since CrossBridge has no such section${unknown.size === 1 ? '' : 's'}: ${[...unknown].join(', ')}`;
    review.warn([first.key], message, [], first.keyOffset);
  }
  return ours;
}

/** Without `runtime:` nothing is configured; if that looks like a mistake, say so. */
function warnOfMisplacedSections(root: Node, tree: YamlTree, review: ConfigReview): void {
  for (const { key, keyOffset } of tree.entries(root)) {
    const misplaced = SECTION_NAMES.includes(key);
    if (!misplaced && nearest(key, [RUNTIME], 2) === undefined) continue;
    const advice = misplaced
      ? `"${key}" must stand under "${RUNTIME}:"`
      : `did you mean "${RUNTIME}" instead of "${key}"?`;
    review.warn([], `the file has no section "${RUNTIME}", so every default is in use; ${advice}`, [], keyOffset);
  }
}

function kindOf(node: unknown): string {
  if (isSeq(node)) return 'a list';
  return isScalar(node) && typeof node.value === 'string'
    ? 'a text'
    : isScalar(node)
      ? describe(node.value)
      : 'something else';
}
