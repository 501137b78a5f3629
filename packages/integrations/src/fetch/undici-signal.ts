/** What undici takes for a signal beside an `AbortSignal`: an emitter, or a target of events, that says `abort`. */
interface AbortSource {
  readonly aborted?: boolean;
  readonly reason?: unknown;
  once?(event: 'abort', listener: () => void): unknown;
  on?(event: 'abort', listener: () => void): unknown;
  addEventListener?(event: 'abort', listener: () => void): unknown;
}

/** Whether undici would take it as the signal of a request. */
export function isSignal(given: unknown): boolean {
  if (!given) return true;
  const { on, addEventListener } = given as AbortSource;
  return typeof on === 'function' || typeof addEventListener === 'function';
}

/** The caller's signal as an `AbortSignal`; undefined when there is none. */
export function readSignal(given: unknown): AbortSignal | undefined {
  if (given instanceof AbortSignal) return given;
  if (!given) return undefined;
  const source = given as AbortSource;
  const controller = new AbortController();
  const abort = (): void => controller.abort(source.reason);
  if (source.aborted === true) abort();
  else if (source.addEventListener !== undefined) source.addEventListener('abort', abort);
  else if (source.once !== undefined) source.once('abort', abort);
  else source.on?.('abort', abort);
  return controller.signal;
}
