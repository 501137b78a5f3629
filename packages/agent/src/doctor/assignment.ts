/**
 * Tells of each object to which its constructor gives a member. The member becomes a plain one of the object's own, as without this.
 * What has an accessor of its own, and what is watched already, stays as it is.
 */
export function onAssignment(prototype: object, member: string, tell: (instance: object) => void): void {
  if (Object.hasOwn(prototype, member)) return;
  Object.defineProperty(prototype, member, {
    get: () => undefined,
    set(this: object, value: unknown) {
      Object.defineProperty(this, member, { value, writable: true, enumerable: true, configurable: true });
      tell(this);
    },
    configurable: true,
  });
}
