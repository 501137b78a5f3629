/** Name of the tracer and of the meter; the label `otel_scope_name` in Prometheus. */
export const SCOPE_NAME = '@crossbridge/otel';

export const SCOPE_VERSION = '0.1.0';
