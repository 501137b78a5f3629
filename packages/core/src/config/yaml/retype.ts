import { type Document, Scalar } from 'yaml';

/**
 * Gives the text of a plain scalar the type that it would have had if it stood in the file: `9464` is a number, `false` a
 * boolean, nothing is null, everything else stays text. No value can become a map or a list this way.
 */
export function retype(text: string, document: Document.Parsed): unknown {
  const trimmed = text.trim();
  for (const tag of document.schema.tags) {
    if (tag.default !== true || tag.collection !== undefined || !tag.test?.test(trimmed)) continue;
    const resolved = tag.resolve(trimmed, () => {}, document.options);
    return resolved instanceof Scalar ? resolved.value : resolved;
  }
  return text;
}
