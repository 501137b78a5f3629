import type { AttemptKind, AttemptOutcome, DelaySource } from '../observer.ts';
import { processWide } from '../process-wide.ts';

/** One attempt of a call that failed. */
export interface AttemptRecord {
  /** 1 for the first. */
  readonly attempt: number;
  readonly kind: AttemptKind;
  /** Milliseconds of the monotonic clock. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
  readonly errorType: string | undefined;
  readonly error: unknown;
  /** The wait that was chosen after it; undefined when no attempt followed. */
  readonly delayMs: number | undefined;
  readonly source: DelaySource | undefined;
}

type Ended = Omit<AttemptRecord, 'delayMs' | 'source'>;

const timelines = processWide('attempts_of.v1', () => new WeakMap<object, readonly AttemptRecord[]>());
const NONE: readonly AttemptRecord[] = Object.freeze([]);

/**
 * The attempts of the call that failed with `error`, in the order in which they ended. The error itself knows nothing of them. Empty
 * when no call of a bridge failed with it, and for what is not an object. An error that several calls failed with has those of the last.
 */
export function attemptsOf(error: unknown): readonly AttemptRecord[] {
  return (isObject(error) ? timelines.get(error) : undefined) ?? NONE;
}

/** Keeps the failed attempts of one call. Made when the first has failed, so that a call that succeeds at once pays nothing. */
export class AttemptTimeline {
  readonly #records: AttemptRecord[] = [];

  /** Notes an attempt that has failed. */
  add({ attempt, kind, startedAtMs, durationMs, outcome, errorType, error }: Ended): void {
    const record = { attempt, kind, startedAtMs, durationMs, outcome, errorType, error };
    this.#records.push({ ...record, delayMs: undefined, source: undefined });
  }

  /** Notes the wait that follows the last attempt. */
  addWait(delayMs: number, source: DelaySource): void {
    const last = this.#records.pop();
    if (last !== undefined) this.#records.push({ ...last, delayMs, source });
  }

  /** Makes the attempts readable from what the call fails with. */
  attachTo(error: unknown): void {
    if (isObject(error)) timelines.set(error, Object.freeze(this.#records.map((record) => Object.freeze(record))));
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
