/**
 * The one object of that name in this process, made by whoever asks first. A module that is bundled into one package and imported from
 * another exists twice, and what it keeps must not.
 *
 * @param name with a version at its end, to be raised when the object changes its form
 */
export function processWide<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`crossbridge.${name}`);
  const known = (globalThis as { [key: symbol]: T | undefined })[key];
  if (known !== undefined) return known;
  const value = make();
  Object.defineProperty(globalThis, key, { value });
  return value;
}
