/** Whether a method is an async generator: calling it runs nothing yet, and gives no promise. */
export function isAsyncGenerator(method: object): boolean {
  return (method as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'AsyncGeneratorFunction';
}
