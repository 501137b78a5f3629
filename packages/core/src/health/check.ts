import { systemClock } from '../clock.ts';
import { redactText } from './redact/text.ts';
import { HealthResult } from './result.ts';
import { resultOf } from './result-of.ts';
import { textOfThrown, typeOfThrown } from './thrown.ts';

export interface CheckContext {
  /** Fires when the check has run out of time or is no longer wanted. A check that heeds it frees what it holds at once. */
  readonly signal: AbortSignal;
}

/** A context for running a check by hand: nothing ends it. */
export function unlimited(): CheckContext {
  return { signal: new AbortController().signal };
}

/** Asks one dependency how it is. */
export abstract class HealthCheck {
  readonly name: string;

  /** @param name default: the name of the class */
  constructor(name?: string) {
    this.name = name ?? new.target.name;
  }

  /** Should not throw: {@link measure} turns failures into results. */
  abstract check(context: CheckContext): Promise<HealthResult> | HealthResult;

  /**
   * Runs `fn` and stamps how long it took. What it throws becomes an unhealthy result that says so; an answer that is no result becomes
   * one that is `unknown`.
   */
  protected async measure(fn: () => unknown): Promise<HealthResult> {
    const startedAtMs = systemClock.now();
    let result: HealthResult;
    try {
      result = resultOf(await fn());
    } catch (error) {
      const text = redactText(textOfThrown(error));
      const message = `Check failed: ${typeOfThrown(error)}: ${text}`;
      result = new HealthResult({ status: 'unhealthy', message, details: { exception: text } });
    }
    const { status, message, details } = result;
    return new HealthResult({ status, message, details, durationMs: systemClock.now() - startedAtMs });
  }
}
