import { inspect } from 'node:util';
import v8 from 'node:v8';

/**
 * The objects of a class that are alive, those of its subclasses included. Collects garbage: only for who can wait. Empty where this Node.js
 * cannot tell.
 */
export function instancesOf(found: { readonly prototype: object }): readonly object[] {
  const { prototype } = found;
  if (typeof v8.queryObjects !== 'function' || Object.hasOwn(prototype, inspect.custom)) return [];
  const instances = new Set<object>();
  // The objects are only told of as text; whoever makes the text sees them.
  Object.defineProperty(prototype, inspect.custom, {
    value(this: object) {
      instances.add(this);
      return '';
    },
    configurable: true,
  });
  try {
    quietly(() => v8.queryObjects(found as new () => object, { format: 'summary' }));
  } finally {
    Reflect.deleteProperty(prototype, inspect.custom);
  }
  return [...instances];
}

/** Without the warning that this is an experimental feature of Node.js: it is not the application that uses it. */
function quietly(action: () => void): void {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning') as PropertyDescriptor;
  Object.defineProperty(process, 'emitWarning', { ...own, value: () => {} });
  try {
    action();
  } finally {
    Object.defineProperty(process, 'emitWarning', own);
  }
}
