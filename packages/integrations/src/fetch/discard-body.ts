/** Gives up the body of a response that nobody will read: a web stream, or a stream of Node.js as node-fetch has. Does not throw. */
export function discardBody({ body }: { readonly body: unknown }): void {
  const { cancel, destroy, on } = (body ?? {}) as {
    readonly cancel?: unknown;
    readonly destroy?: unknown;
    readonly on?: unknown;
  };
  try {
    if (typeof cancel === 'function') void Promise.resolve(cancel.call(body)).catch(() => {});
    else if (typeof destroy === 'function') {
      if (typeof on === 'function') on.call(body, 'error', () => {});
      destroy.call(body);
    }
  } catch {
    // Being read by somebody, then.
  }
}
