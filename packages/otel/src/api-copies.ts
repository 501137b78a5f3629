import { metrics, trace } from '@opentelemetry/api';
import { registeredApi } from './registered-api.ts';

/**
 * The version of the API through which an SDK was registered that this copy of the API cannot see, because that one is older than this
 * one. Everything would silently go nowhere then.
 */
function invisibleSdk(): string | undefined {
  const registered = registeredApi();
  if (registered === undefined) return undefined;
  const { version = 'unknown', trace: tracing, metrics: metering } = registered;
  const seen =
    (tracing === undefined || trace.getTracerProvider() === tracing) &&
    (metering === undefined || metrics.getMeterProvider() === metering);
  return seen ? undefined : version;
}

let said = false;

/** Says once that the telemetry of this copy goes nowhere, and what to do. */
export function sayInvisibleSdk(): void {
  if (said) return;
  const version = invisibleSdk();
  if (version === undefined) return;
  said = true;
  process.emitWarning(
    `An OpenTelemetry SDK is registered through another copy of @opentelemetry/api (${version}), which the copy that CrossBridge uses is too ` +
      'new to see: there will be no spans and no metrics. Install one version of @opentelemetry/api for both (npm ls @opentelemetry/api)',
    { type: 'CrossbridgeWarning', code: 'CROSSBRIDGE_OTEL_API' },
  );
}
