/** A signal among the arguments of a call, as `{ signal }` in an object of options. */
export interface SignalArgument {
  readonly signal: AbortSignal;
  readonly index: number;
}

/** Finds the signal of a call. Options come last, so the last that has one counts. */
export function signalIn(args: readonly unknown[]): SignalArgument | undefined {
  for (let index = args.length - 1; index >= 0; index -= 1) {
    const arg = args[index];
    if (!isPlain(arg)) continue;
    const { signal } = arg as { readonly signal?: unknown };
    if (signal instanceof AbortSignal) return { signal, index };
  }
  return undefined;
}

/**
 * The arguments of one attempt, whose signal also aborts when the attempt has run out of time. The caller's own stays part of it: an answer
 * that is read after the call has ended (a stream) is still ended by it.
 */
export function withAttemptSignal(
  args: readonly unknown[],
  found: SignalArgument | undefined,
  attempt: { readonly signal: AbortSignal },
): readonly unknown[] {
  if (found === undefined) return args;
  const options = args[found.index] as object;
  return args.with(found.index, { ...options, signal: AbortSignal.any([found.signal, attempt.signal]) });
}

/** Only of these a copy is as good as the original. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
