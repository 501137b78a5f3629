import type { HealthStatus } from './status.ts';

/** A fact about health. Texts are redacted. */
export type HealthEvent =
  | {
      /** One result, of a run or of the application's calls. */
      readonly type: 'health.checked';
      readonly check: string;
      readonly status: HealthStatus;
      readonly durationMs: number;
      /** Whether it did not answer in time. */
      readonly timedOut: boolean;
    }
  | {
      /** The settled status is another, or flapping began or ended (`from` and `to` may then be the same). */
      readonly type: 'health.changed';
      readonly check: string;
      readonly from: HealthStatus;
      readonly to: HealthStatus;
      readonly message: string;
      readonly flapping: boolean;
    }
  | {
      /** Features of the application went off because the service is degraded, or on again. */
      readonly type: 'features.changed';
      readonly enabled: readonly string[];
      readonly disabled: readonly string[];
    };

export type HealthEventHandler = (event: HealthEvent) => void;

/** A handler that can hurt nothing: the first failure of `handler` is reported as a process warning, and all are swallowed. */
export function harmless(handler: HealthEventHandler): HealthEventHandler {
  let reported = false;
  const report = (error: unknown): void => {
    if (reported) return;
    reported = true;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.emitWarning(`A handler of health events failed; its further failures are not reported. ${text}`, {
      type: 'CrossbridgeWarning',
      code: 'CROSSBRIDGE_HEALTH_EVENT',
    });
  };
  return (event) => {
    try {
      const returned: unknown = handler(event);
      // One that is asynchronous against its type must not end the process with an unhandled rejection.
      if (returned instanceof Promise) returned.catch(report);
    } catch (error) {
      report(error);
    }
  };
}
